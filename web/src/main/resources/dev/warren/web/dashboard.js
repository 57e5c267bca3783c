// Wires the streams of the router to what the page shows.

import { PeerTable, setText } from './peers.js';
import { ThroughputPlot } from './plot.js';
import { History, Store } from './store.js';
import { Stream, headers } from './stream.js';
import { age, bytes, clock, count, duration, peerName, perSecond, rate, rtt } from './text.js';

const TOKEN = 'warren-token';
/** A page that nobody sees for so long lets the router rest. */
const HIDDEN_MILLIS = 60_000;
const GOOD_EVENTS = new Set(['peer-online', 'interface-up', 'overload-ended']);
const BAD_EVENTS = new Set(['handshake-failed', 'interface-down', 'overload-begun']);

const $ = (id) => document.getElementById(id);

const store = new Store();
const table = new PeerTable(() => store.now, onChoose);
const interfacePlot = new ThroughputPlot($('interface-plot'), () => store.now);
const peerPlot = new ThroughputPlot($('peer-plot'), () => store.now);
let chosenInterface = null;
let chosenPeer = null;
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
  $('connection').dataset.state = 'connecting';
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

$('sign-out').addEventListener('click', () => signIn(''));

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
  shown.dataset.state = state;
  // Seconds count down where a screen reader need not say them.
  shown.ariaLive = state === 'lost' || state === 'stale' ? 'off' : 'polite';
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
  chosenPeer = null;
  table.choose(null);
  const device = store.interfaces.get(name);
  table.show(device ?? null);
  if (device?.figures) return showInterface(device);
  setText($('interface-state'), name === null ? 'there is none' : '');
  $('interface-facts').replaceChildren();
  interfacePlot.show(new History(), name ?? '');
  showDrops(device);
}

$('interface').addEventListener('change', (event) => chooseInterface(event.target.value));

function showInterface(device) {
  const { up, listenPort, mtu, publicKey, counters, peerCount } = device.figures;
  const state = !up ? 'down' : listenPort === 0 ? 'sockets closed' : counters['handshake.under-load'] ? 'under load' : 'up';
  setText($('interface-state'), state);
  $('interface-state').className = state === 'up' ? 'muted' : 'warning';
  facts($('interface-facts'), [
    ['Received', rate(device.receivedRate)],
    ['Sent', rate(device.sentRate)],
    ['Received so far', bytes(counters['peer.rx.bytes'] ?? 0)],
    ['Sent so far', bytes(counters['peer.tx.bytes'] ?? 0)],
    ['Peers', count(peerCount)],
    ['Port', listenPort === 0 ? 'closed' : String(listenPort)],
    ['MTU', String(mtu)],
    ['Public key', publicKey ?? 'none', 'wide'],
  ]);
  interfacePlot.show(device.history, device.name);
  table.show(device);
  const added = chosenPeer && device.peers.get(chosenPeer.key);
  if (added && added !== chosenPeer) onChoose(added.key); // it was removed in between
  else showPeer(device);
  showDrops(device);
}

/** Fills a list of terms; elements are kept, so that what is selected stays so. */
function facts(list, rows) {
  while (list.children.length > rows.length) list.lastElementChild.remove();
  rows.forEach(([term, text, className = ''], i) => {
    let row = list.children[i];
    if (!row) {
      row = document.createElement('div');
      row.append(document.createElement('dt'), document.createElement('dd'));
      list.append(row);
    }
    row.className = className;
    setText(row.firstElementChild, term);
    setText(row.lastElementChild, text);
  });
}

// ---- the chosen peer

function onChoose(key) {
  const device = store.interfaces.get(chosenInterface);
  if (chosenPeer && chosenPeer.key !== key) delete chosenPeer.history;
  chosenPeer = device?.peers.get(key) ?? null;
  if (chosenPeer && !chosenPeer.history) {
    // The first points: the rates that are known.
    chosenPeer.history = new History();
    chosenPeer.history.add(chosenPeer.at / 1000, chosenPeer.received, chosenPeer.sent);
  }
  showPeer(device);
}

function showPeer(device) {
  const peer = chosenPeer;
  const gone = peer !== null && !device?.peers.has(peer.key);
  $('peer-none').hidden = peer !== null;
  $('peer-plot').hidden = peer === null;
  $('peer-facts').hidden = peer === null;
  setText($('peer-heading'), peer ? `Peer ${peerName(peer.name, peer.key)}` : 'Peer');
  const state = !peer ? '' : gone ? 'removed' : peer.online ? 'online' : 'offline';
  setText($('peer-state'), state);
  $('peer-state').className = state === 'removed' ? 'warning' : 'muted';
  if (!peer) return;
  const each = peer.figures;
  const drops = Object.entries(each.drops).sort(([, a], [, b]) => b - a);
  facts($('peer-facts'), [
    ['Received', rate(peer.received)],
    ['Sent', rate(peer.sent)],
    ['Received so far', bytes(each.receivedBytes)],
    ['Sent so far', bytes(each.sentBytes)],
    ['Last handshake', ago(peer.handshake)],
    ['Handshake RTT', rtt(peer.rtt)],
    ['Handshakes', count(each.handshakes)],
    ['Keepalive', each.persistentKeepalive ? `${each.persistentKeepalive} s` : 'off'],
    ['Endpoint', peer.endpoint || 'unknown', 'wide'],
    ['Allowed IPs', each.allowedIps.join(', ') || 'none', 'wide'],
    ['Public key', peer.key, 'wide'],
    ['Drops', drops.map(([reason, total]) => `${reason} ${count(total)}`).join(', ') || 'none', 'wide'],
  ]);
  peerPlot.show(peer.history, peerName(peer.name, peer.key));
}

function ago(time) {
  return time === 0 ? 'never' : `${age(time, store.now)} ago`;
}

// ---- drops

function showDrops(device) {
  const growing = device?.growingDrops() ?? [];
  const rows = $('drops-table').tBodies[0].rows;
  const body = $('drops-table').tBodies[0];
  $('drops-none').hidden = growing.length > 0;
  $('drops-table').hidden = growing.length === 0;
  setText($('drops-total'), device ? `${count(device.totalDrops())} so far` : '');
  while (rows.length > growing.length) body.deleteRow(-1);
  growing.forEach(([reason, drop], i) => {
    const row = rows[i] ?? body.insertRow();
    while (row.cells.length < 3) row.insertCell();
    setText(row.cells[0], reason);
    setText(row.cells[1], perSecond(drop.rate));
    row.cells[1].className = drop.rate > 0 ? 'growing' : 'idle';
    setText(row.cells[2], count(drop.total));
  });
}

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
    const list = $('events');
    const last = store.lastEvents().reverse();
    $('events-none').hidden = last.length > 0;
    // Items are kept, so that what is being read stays where it is.
    const kept = new Set(last);
    for (const item of [...list.children]) if (!kept.has(item.event)) item.remove();
    list.prepend(...last.slice(0, last.length - list.children.length).map(eventItem));
  }, 250);
}

function eventItem(event) {
  const { schema, time, interface: device, type, peer, publicKey, ...details } = event;
  const item = document.createElement('li');
  item.event = event;
  const when = document.createElement('time');
  when.dateTime = time;
  when.textContent = clock(time);
  const what = document.createElement('span');
  what.textContent = type;
  what.className = GOOD_EVENTS.has(type) ? 'good' : BAD_EVENTS.has(type) ? 'bad' : '';
  const who = document.createElement('strong');
  who.textContent = peerName(peer, publicKey);
  if (publicKey) who.title = publicKey;
  const more = document.createElement('span');
  more.className = 'details';
  more.textContent = Object.entries(details).map(([name, value]) => detail(name, value)).join(', ');
  item.append(when, `${device} `, who, ' ', what, ' ', more);
  return item;
}

function detail(name, value) {
  if (name === 'rttMicroseconds') return `RTT ${rtt(value)}`;
  if (name === 'repeated') return `and ${count(value)} more left out`;
  return `${name} ${value}`;
}

start();
