// Server-sent events by fetch: EventSource can send no Authorization header.

// The router sends a comment every 15 s when there is nothing else.
const SILENCE_MILLIS = 40_000;
const MAX_PAUSE_MILLIS = 10_000;

/** Somebody has to sign in, or the token is not the right one any more. */
class Unauthorized extends Error {}

export function headers(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * A stream that is opened again whenever it ends. `onState` is told 'connecting', 'open', 'lost' (with the reason and the
 * milliseconds until the next attempt), 'unauthorized' (nothing is tried any more) and 'stopped'.
 */
export class Stream {
  #path;
  #onEvent;
  #onState;
  #run = null;

  constructor(path, onEvent, onState) {
    this.#path = path;
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  start(token) {
    if (this.#run) return;
    const run = { abort: new AbortController(), wake: () => {} };
    this.#run = run;
    this.#loop(run, token);
  }

  stop() {
    const run = this.#run;
    if (!run) return;
    this.#run = null;
    run.abort.abort();
    run.wake();
    this.#onState('stopped');
  }

  /** Ends the pause before the next attempt, if there is one. */
  retryNow() {
    this.#run?.wake();
  }

  async #loop(run, token) {
    let pause = 1000;
    while (this.#run === run) {
      this.#onState('connecting');
      let reason = 'the router ended the connection';
      try {
        await this.#read(run, token, () => {
          pause = 1000;
          this.#onState('open');
        });
      } catch (error) {
        if (this.#run !== run) return;
        if (error instanceof Unauthorized) {
          this.#run = null;
          this.#onState('unauthorized');
          return;
        }
        reason = error instanceof TypeError ? 'the router cannot be reached' : error.message;
      }
      if (this.#run !== run) return;
      this.#onState('lost', reason, pause);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, pause);
        run.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      pause = Math.min(pause * 2, MAX_PAUSE_MILLIS);
    }
  }

  async #read(run, token, opened) {
    const attempt = new AbortController();
    const signal = AbortSignal.any([run.abort.signal, attempt.signal]);
    let silence = 0;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => attempt.abort(new Error('the router is silent')), SILENCE_MILLIS);
    };
    listen();
    try {
      const response = await fetch(this.#path, { headers: headers(token), cache: 'no-store', signal });
      if (response.status === 401) throw new Unauthorized();
      if (!response.ok) {
        const body = await response.json().catch(() => ({}));
        throw new Error(body.error ?? `the router answered ${response.status}`);
      }
      opened();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        listen();
        const blocks = (rest + value).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) this.#take(block);
      }
    } finally {
      clearTimeout(silence);
      attempt.abort();
    }
  }

  #take(block) {
    let data = '';
    for (const line of block.split('\n')) if (line.startsWith('data:')) data += line.slice(5);
    if (data) this.#onEvent(JSON.parse(data));
  }
}
