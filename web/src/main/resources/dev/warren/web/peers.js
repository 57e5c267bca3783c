// The table of peers. Only the rows in view are in the document, so ten thousand scroll like ten.

import { setText, setTitle } from './elements.js';
import { age, count, microseconds, peerName, percent, rate } from './text.js';

const MARGIN_ROWS = 6;
const collator = new Intl.Collator('en', { numeric: true });

/** Whoever has no such figure comes last, either way. */
const byNumber = (field) => (a, b, sign) => {
  const [x, y] = [a[field], b[field]];
  return x === undefined || y === undefined ? (x === undefined) - (y === undefined) : sign * (x - y);
};

/** By the column's name; each sorts up, or down where the sign is -1. */
const ORDERS = {
  name: (a, b, sign) => sign * (a.rank - b.rank),
  online: (a, b, sign) => sign * (b.online - a.online),
  endpoint: (a, b, sign) => sign * (a.endpointRank - b.endpointRank),
  handshake: (a, b, sign) => sign * (b.handshake - a.handshake),
  received: byNumber('received'),
  sent: byNumber('sent'),
  rtt: byNumber('rtt'),
  loss: byNumber('loss'),
  drops: byNumber('drops'),
};

export class PeerTable {
  #table = document.querySelector('#peer-table');
  #scroller = document.querySelector('#peer-scroller');
  #body = this.#table.tBodies[0];
  #above = document.querySelector('#rows-above');
  #below = document.querySelector('#rows-below');
  #number = document.querySelector('#peer-number');
  #none = document.querySelector('#peers-none');
  #search = document.querySelector('#peer-search');
  #headers = [...this.#table.querySelectorAll('th[data-column]')];
  #onChoose;
  #onOpen;
  #rows = [];
  #device = null;
  #list = null;
  #shown = [];
  #column = 'name';
  #ascending = true;
  #chosen = null;
  #scheduled = false;
  #now;

  /**
   * @param now the router's time in milliseconds
   * @param onChoose told the key of the peer that was chosen
   * @param onOpen called when its details are asked for, with whether by the keyboard
   */
  constructor(now, onChoose, onOpen) {
    this.#now = now;
    this.#onChoose = onChoose;
    this.#onOpen = onOpen;
    this.#scroller.addEventListener('scroll', () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#schedule()).observe(this.#scroller);
    this.#search.addEventListener('input', () => {
      this.#arrange();
      this.#scroller.scrollTop = 0;
    });
    for (const header of this.#headers) {
      header.querySelector('button').addEventListener('click', () => this.#sortBy(header.dataset.column));
    }
    this.#table.addEventListener('keydown', (event) => this.#onKey(event));
    this.#body.addEventListener('click', (event) => {
      const row = event.target.closest('tr[data-key]');
      if (!row) return;
      this.choose(row.dataset.key);
      this.#onOpen(false);
    });
    this.#markHeaders();
  }

  focus() {
    this.#table.focus();
  }

  /** Shows the peers of an interface as they are now. */
  show(device) {
    if (this.#device !== device) this.#scroller.scrollTop = 0;
    this.#device = device;
    this.#arrange();
  }

  choose(key) {
    this.#chosen = key;
    this.#onChoose(key);
    this.#schedule();
  }

  #sortBy(column) {
    if (this.#column === column) {
      this.#ascending = !this.#ascending;
    } else {
      this.#column = column;
      // Of what is measured, the most comes first.
      this.#ascending = !['received', 'sent', 'rtt', 'loss', 'drops'].includes(column);
    }
    this.#markHeaders();
    this.#arrange();
  }

  #markHeaders() {
    for (const header of this.#headers) {
      if (header.dataset.column !== this.#column) header.removeAttribute('aria-sort');
      else header.setAttribute('aria-sort', this.#ascending ? 'ascending' : 'descending');
    }
  }

  /** Comparing names is slow, so they get numbers whenever a peer is added, removed, renamed or roams. */
  #rank(list) {
    const renamed = list.some((peer) => peer.rankedName !== peer.name || peer.rankedEndpoint !== peer.endpoint);
    if (list === this.#list && !renamed) return;
    this.#list = list;
    const label = (peer) => peer.name || peer.key;
    const named = [...list].sort((a, b) => !a.name - !b.name || collator.compare(label(a), label(b)));
    named.forEach((peer, rank) => {
      peer.rank = rank;
      peer.rankedName = peer.name;
    });
    const heard = [...list].sort((a, b) => !a.endpoint - !b.endpoint || collator.compare(a.endpoint, b.endpoint));
    heard.forEach((peer, rank) => {
      peer.endpointRank = rank;
      peer.rankedEndpoint = peer.endpoint;
    });
  }

  #arrange() {
    const all = this.#device?.list ?? [];
    this.#rank(all);
    const words = this.#search.value.trim().toLowerCase();
    const matches = (peer) =>
      peer.name.toLowerCase().includes(words) ||
      peer.key.toLowerCase().startsWith(words) ||
      peer.endpoint.includes(words) ||
      peer.figures.allowedIps.some((prefix) => prefix.startsWith(words));
    const shown = words ? all.filter(matches) : [...all];
    const order = ORDERS[this.#column];
    const sign = this.#ascending ? 1 : -1;
    shown.sort((a, b) => order(a, b, sign) || a.rank - b.rank);
    this.#shown = shown;
    const online = all.reduce((sum, peer) => sum + peer.online, 0);
    const number = words
      ? `${count(shown.length)} of ${count(all.length)} found`
      : `${count(all.length)}, ${count(online)} online`;
    // A screen reader says what a search finds, and not each peer that comes or goes.
    this.#number.ariaLive = words ? 'polite' : 'off';
    setText(this.#number, number);
    this.#none.hidden = shown.length > 0 || this.#device === null;
    setText(this.#none, words ? 'No peer is found by these words.' : 'No peers are configured.');
    this.#table.setAttribute('aria-rowcount', shown.length + 1);
    this.#schedule();
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#render();
    });
  }

  #rowHeight() {
    return parseFloat(getComputedStyle(this.#scroller).getPropertyValue('--row-pixels')) || 30;
  }

  #render() {
    const height = this.#rowHeight();
    const inView = Math.ceil(this.#scroller.clientHeight / height);
    const total = this.#shown.length;
    const first = Math.max(
      0,
      Math.min(Math.floor(this.#scroller.scrollTop / height) - MARGIN_ROWS, total - inView - 2 * MARGIN_ROWS),
    );
    const end = Math.min(total, first + inView + 2 * MARGIN_ROWS);
    while (this.#rows.length < end - first) this.#rows.push(new Row());
    while (this.#rows.length > end - first) this.#rows.pop().element.remove();
    const now = this.#now();
    let active = '';
    this.#rows.forEach((row, i) => {
      const peer = this.#shown[first + i];
      if (!row.element.isConnected) this.#body.insertBefore(row.element, this.#below);
      row.show(peer, first + i, peer.key === this.#chosen, now);
      if (peer.key === this.#chosen) active = row.element.id;
    });
    this.#above.firstElementChild.style.height = `${first * height}px`;
    this.#below.firstElementChild.style.height = `${(total - end) * height}px`;
    this.#above.hidden = first === 0;
    this.#below.hidden = total === end;
    if (active) this.#table.setAttribute('aria-activedescendant', active);
    else this.#table.removeAttribute('aria-activedescendant');
  }

  #onKey(event) {
    if (event.target !== this.#table || this.#shown.length === 0) return;
    const at = this.#shown.findIndex((peer) => peer.key === this.#chosen);
    if (event.key === 'Enter' && at >= 0) return this.#onOpen(true);
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / this.#rowHeight()) - 2);
    const last = this.#shown.length - 1;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? last : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(to, last));
    this.#reveal(index);
    this.choose(this.#shown[index].key);
  }

  #reveal(index) {
    const height = this.#rowHeight();
    const header = this.#table.tHead.offsetHeight;
    const top = index * height;
    const bottom = top + height + header;
    if (top < this.#scroller.scrollTop) this.#scroller.scrollTop = top;
    else if (bottom > this.#scroller.scrollTop + this.#scroller.clientHeight) {
      this.#scroller.scrollTop = bottom - this.#scroller.clientHeight;
    }
  }
}

let rowNumber = 0;

class Row {
  element = document.createElement('tr');
  #cells;
  #name = document.createElement('span');
  #dot = document.createElement('span');

  constructor() {
    this.element.id = `peer-row-${rowNumber++}`;
    const columns = ['name', 'online', 'endpoint', 'handshake', 'received', 'sent', 'rtt', 'loss', 'drops'];
    this.#cells = Object.fromEntries(
      columns.map((column) => {
        const cell = document.createElement('td');
        cell.className = `column-${column}`;
        this.element.append(cell);
        return [column, cell];
      }),
    );
    this.#dot.className = 'dot';
    // The column of the state is left out where the screen is narrow.
    this.#dot.role = 'img';
    this.#cells.name.append(this.#dot, this.#name);
  }

  show(peer, index, chosen, now) {
    const row = this.element;
    row.dataset.key = peer.key;
    row.ariaRowIndex = index + 2;
    row.ariaSelected = chosen;
    row.classList.toggle('online', peer.online);
    row.classList.toggle('odd', index % 2 === 1);
    const cells = this.#cells;
    const name = peerName(peer.name, peer.key);
    setText(this.#name, name);
    setTitle(cells.name, peer.name ? `${peer.name}\n${peer.key}` : peer.key);
    const state = peer.online ? 'online' : 'offline';
    if (this.#dot.ariaLabel !== state) this.#dot.ariaLabel = state;
    setText(cells.online, state);
    setText(cells.endpoint, peer.endpoint || '–');
    setTitle(cells.endpoint, peer.endpoint);
    setText(cells.handshake, age(peer.handshake, now));
    setText(cells.received, rate(peer.received));
    setText(cells.sent, rate(peer.sent));
    cells.received.classList.toggle('idle', !peer.received);
    cells.sent.classList.toggle('idle', !peer.sent);
    setText(cells.rtt, microseconds(peer.rtt));
    setText(cells.loss, percent(peer.loss));
    cells.loss.classList.toggle('idle', !peer.loss);
    cells.loss.classList.toggle('lossy', peer.loss >= 0.01);
    setText(cells.drops, count(peer.drops));
    cells.drops.classList.toggle('idle', peer.drops === 0);
    cells.drops.classList.toggle('growing', peer.dropsGrewAt > now - 10_000);
  }
}
