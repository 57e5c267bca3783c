// What the router published last: interfaces, their peers and drops, and the last events.

import { History } from './history.js';

const MAX_EVENTS = 1000;
/** Up to so many peers the throughput of each is remembered, of more that of the chosen one. */
const REMEMBERED_PEERS = 256;

class Interface {
  peers = new Map();
  list = [];
  history = new History();
  drops = new History();
  figures = null;
  heardAt = 0;
  #before = null;
  #seconds = 0;
  #round = 0;
  #nextPage = 0;
  #publishedAt = 0;

  constructor(name) {
    this.name = name;
  }

  /** Forgets what rates are made from: the next figures come after a time without. */
  interrupt() {
    this.#publishedAt = 0;
    this.#before = null;
    const seconds = Date.now() / 1000;
    this.history.gap(seconds);
    this.drops.gap(seconds);
    for (const peer of this.list) peer.history?.gap(seconds);
  }

  /** How much a counter grew in a second, between the last two publications; undefined if that is not known. */
  rateOf(counter) {
    const now = this.figures?.counters[counter];
    if (this.#before === null || now === undefined) return undefined;
    return Math.max(0, now - (this.#before.counters[counter] ?? 0)) / this.#seconds;
  }

  /** Takes a page of figures. True when it was the last of its round. */
  take(message, at) {
    this.heardAt = Date.now();
    if (message.page === 0) {
      this.#begin(message, at);
    } else if (message.page !== this.#nextPage) {
      this.#nextPage = -1; // a page was left out: who was removed is not known in this round
    }
    if (this.#nextPage >= 0) this.#nextPage = message.page + 1;
    let changed = false;
    for (const figures of message.peers) {
      let peer = this.peers.get(figures.publicKey);
      if (!peer) {
        peer = { key: figures.publicKey };
        this.peers.set(figures.publicKey, peer);
        changed = true;
      }
      if (message.peerCount <= REMEMBERED_PEERS) peer.history ??= new History();
      takePeer(peer, figures, at);
      peer.round = this.#round;
    }
    const last = message.page + 1 === message.pages;
    if (last && this.#nextPage === message.pages) {
      for (const peer of this.peers.values()) {
        if (peer.round !== this.#round) {
          this.peers.delete(peer.key);
          changed = true;
        }
      }
    }
    if (changed) this.list = [...this.peers.values()];
    return last;
  }

  #begin(message, at) {
    this.#round++;
    this.#nextPage = 0;
    const seconds = (at - this.#publishedAt) / 1000;
    const known = this.#publishedAt !== 0 && seconds > 0;
    this.#before = known ? this.figures : null;
    this.#seconds = seconds;
    this.#publishedAt = at;
    this.figures = message;
    if (!known) return;
    this.history.add(at / 1000, { received: this.rateOf('peer.rx.bytes'), sent: this.rateOf('peer.tx.bytes') });
    this.drops.add(at / 1000, Object.fromEntries(this.#dropRates()));
  }

  /** Of the reasons that ever counted something. */
  #dropRates() {
    return this.#dropCounters()
      .filter(([, total]) => total > 0)
      .map(([name]) => [name, this.rateOf(name)]);
  }

  #dropCounters() {
    return Object.entries(this.figures?.counters ?? {}).filter(([name]) => name.includes('.drop.'));
  }

  totalDrops() {
    return this.#dropCounters().reduce((sum, [, total]) => sum + total, 0);
  }

  /** Of a chosen peer of many the throughput is remembered from now on. */
  remember(peer) {
    if (peer.history) return;
    peer.history = new History();
    // The first point: the rates that are known.
    peer.history.add(peer.at / 1000, { received: peer.received, sent: peer.sent });
  }

  forget(peer) {
    if (this.peers.size > REMEMBERED_PEERS) delete peer.history;
  }
}

function takePeer(peer, figures, at) {
  let drops = 0;
  for (const reason in figures.drops) drops += figures.drops[reason];
  if (peer.figures && drops > peer.drops) peer.dropsGrewAt = at;
  peer.name = figures.name ?? '';
  peer.online = figures.online;
  peer.endpoint = figures.endpoint ?? '';
  peer.handshake = figures.lastHandshake ? Date.parse(figures.lastHandshake) : 0;
  peer.received = figures.receivedBytesPerSecond;
  peer.sent = figures.sentBytesPerSecond;
  peer.rtt = figures.rttMicroseconds;
  peer.loss = figures.recentLoss ?? figures.loss;
  peer.drops = drops;
  peer.figures = figures;
  peer.at = at;
  peer.history?.add(at / 1000, { received: peer.received, sent: peer.sent });
}

export class Store {
  interfaces = new Map();
  router = null;
  events = [];
  /** Of the router's clock, to reckon ages by it; the browser's may be another. */
  #clockAhead = 0;
  heardAt = 0;
  interval = 1000;

  get now() {
    return Date.now() + this.#clockAhead;
  }

  /** Takes a message of `/api/metrics`. Returns the interface whose round is complete with it, else null. */
  takeFigures(message) {
    const at = Date.parse(message.time);
    this.#clockAhead = at - Date.now();
    if (message.type === 'router') {
      if (this.router) this.interval = Math.max(100, at - Date.parse(this.router.time));
      this.router = message;
      this.heardAt = Date.now();
      for (const name of this.interfaces.keys()) {
        if (!message.interfaces.includes(name)) this.interfaces.delete(name);
      }
      for (const name of message.interfaces) {
        if (!this.interfaces.has(name)) this.interfaces.set(name, new Interface(name));
      }
      return null;
    }
    if (message.type !== 'interface') return null;
    let device = this.interfaces.get(message.interface);
    if (!device) this.interfaces.set(message.interface, (device = new Interface(message.interface)));
    return device.take(message, at) ? device : null;
  }

  interrupt() {
    this.router = null;
    for (const device of this.interfaces.values()) device.interrupt();
  }

  takeEvent(event) {
    this.events.push(event);
    if (this.events.length > 2 * MAX_EVENTS) this.events = this.events.slice(-MAX_EVENTS);
  }

  /** The last events that are wanted, the newest first. */
  lastEvents(number, wanted = () => true) {
    const found = [];
    for (let i = this.events.length - 1; i >= 0 && found.length < number; i--) {
      if (wanted(this.events[i])) found.push(this.events[i]);
    }
    return found;
  }

  /** Milliseconds without figures from which on they are called stale. */
  get staleAfter() {
    return Math.max(3000, 3 * this.interval);
  }
}
