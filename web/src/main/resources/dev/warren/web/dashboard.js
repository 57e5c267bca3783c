// Wires the streams of the router to what the page shows.

import { DropsPanel } from './drops.js';
import { $, facts, setText } from './elements.js';
import { showEvents } from './events.js';
import { History } from './history.js';
import { showLoad } from './load.js';
import { PathPicture } from './path.js';
import { PeerPanel } from './peer.js';
import { PeerTable } from './peers.js';
import { ThroughputPlot } from './plot.js';
import { Store } from './store.js';
import { Stream, headers } from './stream.js';
import { bytes, duration, rate } from './text.js';

const TOKEN = 'warren-token';
/** A page that nobody sees for so long lets the router rest. */
const HIDDEN_MILLIS = 60_000;
const SHOWN_EVENTS = 200;

const store = new Store();
const table = new PeerTable(() => store.now, onChoose, onOpen);
const peerPanel = new PeerPanel(store);
const dropsPanel = new DropsPanel(() => store.now);
const path = new PathPicture($('path-picture'));
const interfacePlot = new ThroughputPlot($('interface-plot'), () => store.now, 170);
let chosenInterface = null;
let token = sessionStorage.getItem(TOKEN);

// ---- streams

const figures = new Stream('api/metrics', onFigures, onFiguresState);
const events = new Stream('api/events', onEvent, onEventsState);
let connection = { state: 'connecting', reason: '', retryAt: 0 };
let openedAt = 0;

function start() {
  figures.start(token);
  events.start(token);
}

function stop() {
  figures.stop();
  events.stop();
}

function onFigures(message) {
  const complete = store.takeFigures(message);
  if (message.type === 'router') showRouter();
  if (complete && complete.name === chosenInterface) showInterface(complete);
}

function onFiguresState(state, reason = '', pause = 0) {
  if (state === 'unauthorized') return refused();
  if (state === 'open') {
    openedAt = Date.now();
    $('sign-in').hidden = true;
    $('dashboard').hidden = false;
    $('sign-out').hidden = !token;
  } else if (connection.state === 'open') {
    store.interrupt();
  }
  connection = { state, reason, retryAt: Date.now() + pause };
  showConnection();
}

function onEventsState(state, reason = '') {
  if (state === 'unauthorized') return refused();
  if (state === 'open') {
    // The router sends those that it remembers again.
    store.events = [];
    scheduleEvents();
  }
  setText($('events-state'), state === 'lost' ? `interrupted: ${reason}` : '');
}

window.addEventListener('online', () => {
  figures.retryNow();
  events.retryNow();
});

let hiddenTimer = 0;
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenTimer = setTimeout(stop, HIDDEN_MILLIS);
  } else if ($('sign-in').hidden) {
    start();
  }
});

// ---- signing in

function refused() {
  signIn(token ? 'The router does not take this token.' : '');
}

function signIn(error) {
  stop();
  token = null;
  sessionStorage.removeItem(TOKEN);
  $('dashboard').hidden = true;
  $('sign-in').hidden = false;
  $('sign-in-error').textContent = error;
  $('connection').dataset.state = 'stopped';
  setText($('connection'), 'Signed out');
  setText($('router'), '');
  $('token').focus();
}

$('sign-in-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const given = $('token').value.trim();
  let error = '';
  try {
    const response = await fetch('health/live', { headers: headers(given), cache: 'no-store' });
    if (response.status === 401) error = 'The router does not take this token.';
    else if (!response.ok) error = `The router answered ${response.status}.`;
  } catch {
    // Also for what no header can hold.
    error = 'The router cannot be asked with this token.';
  }
  $('sign-in-error').textContent = error;
  if (error) return;
  $('token').value = '';
  token = given;
  sessionStorage.setItem(TOKEN, token);
  $('sign-in').hidden = true;
  start();
});

$('sign-out').addEventListener('click', () => {
  sessionStorage.removeItem(TOKEN);
  location.reload(); // with it goes what was shown
});

// ---- the connection, and how old the figures are

function showConnection() {
  if (!$('sign-in').hidden) return;
  const now = Date.now();
  const silent = now - Math.max(store.heardAt, openedAt);
  let { state } = connection;
  let text = { open: 'Live', connecting: 'Connecting', stopped: 'Paused', lost: '' }[state];
  if (state === 'open' && silent > store.staleAfter) {
    state = 'stale';
    text = `No figures for ${duration(silent / 1000)}`;
  } else if (state === 'lost') {
    const pause = Math.max(0, Math.ceil((connection.retryAt - now) / 1000));
    text = `Connection lost: ${connection.reason}; next attempt in ${pause} s`;
  } else if (state === 'connecting' && store.heardAt) {
    text = `Connecting; figures are ${duration(silent / 1000)} old`;
  }
  const shown = $('connection');
  // A screen reader says what changed, and not each second that passes.
  shown.ariaLive = shown.dataset.state === state ? 'off' : 'polite';
  shown.dataset.state = state;
  setText(shown, text);
  const device = store.interfaces.get(chosenInterface);
  const deviceSilent = now - Math.max(device?.heardAt ?? now, openedAt);
  const deviceStale = state === 'open' && deviceSilent > store.staleAfter;
  setText($('interface-stale'), deviceStale ? `no figures for ${duration(deviceSilent / 1000)}` : '');
  document.body.classList.toggle('stale', state !== 'open' || deviceStale);
}

setInterval(showConnection, 1000);

// ---- the router and its interfaces

function showRouter() {
  const { version, node, uptimeSeconds, process, interfaces } = store.router;
  const parts = [version, node === 'local' ? '' : node, `up ${duration(uptimeSeconds)}`];
  if (process?.residentBytes) parts.push(`memory ${bytes(process.residentBytes)}`);
  setText($('router'), parts.filter(Boolean).join(' · '));
  const select = $('interface');
  const names = [...select.options].map((option) => option.value);
  if (names.join() !== interfaces.join()) select.replaceChildren(...interfaces.map((name) => new Option(name)));
  if (!interfaces.includes(chosenInterface)) chooseInterface(interfaces[0] ?? null);
  select.value = chosenInterface ?? '';
  showConnection();
}

function chooseInterface(name) {
  chosenInterface = name;
  const device = store.interfaces.get(name);
  table.choose(null);
  table.show(device ?? null);
  if (device?.figures) return showInterface(device);
  setText($('interface-state'), name === null ? 'there is none' : '');
  $('interface-facts').replaceChildren();
  interfacePlot.show(new History(), name ?? '');
  dropsPanel.show(device);
  path.show(store.router, device);
  showLoad(store.router, device);
}

$('interface').addEventListener('change', (event) => chooseInterface(event.target.value));

function showInterface(device) {
  const { up, listenPort, mtu, publicKey, counters } = device.figures;
  const state = !up ? 'down' : listenPort === 0 ? 'sockets closed' : counters['handshake.under-load'] ? 'under load' : 'up';
  setText($('interface-state'), state);
  $('interface-state').className = state === 'up' ? 'muted' : 'warning';
  facts($('interface-facts'), [
    ['Received', rate(device.history.last('received'))],
    ['Sent', rate(device.history.last('sent'))],
    ['Received so far', bytes(counters['peer.rx.bytes'] ?? 0)],
    ['Sent so far', bytes(counters['peer.tx.bytes'] ?? 0)],
    ['Port', listenPort === 0 ? 'closed' : String(listenPort)],
    ['MTU', String(mtu)],
    ['Public key', publicKey ?? 'none', 'wide'],
  ]);
  interfacePlot.show(device.history, device.name);
  table.show(device);
  peerPanel.show();
  dropsPanel.show(device);
  path.show(store.router, device);
  showLoad(store.router, device);
}

// ---- the chosen peer

function onChoose(key) {
  peerPanel.choose(store.interfaces.get(chosenInterface) ?? null, key);
}

/** Brings the details into view, where they are not; Escape goes back. */
function onOpen(byKeyboard) {
  const panel = $('peer-panel');
  const { top, bottom } = panel.getBoundingClientRect();
  if (byKeyboard) panel.focus({ preventScroll: true });
  if (bottom < innerHeight / 4 || top > innerHeight / 2) panel.scrollIntoView({ block: 'start' });
}

$('peer-panel').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') table.focus();
});

// ---- events

let eventsScheduled = false;

function onEvent(event) {
  store.takeEvent(event);
  scheduleEvents();
}

/** A storm of events is drawn a few times a second. */
function scheduleEvents() {
  if (eventsScheduled) return;
  eventsScheduled = true;
  setTimeout(() => {
    eventsScheduled = false;
    const last = store.lastEvents(SHOWN_EVENTS);
    $('events-none').hidden = last.length > 0;
    showEvents($('events'), last, false);
    peerPanel.showEvents();
  }, 250);
}

start();
