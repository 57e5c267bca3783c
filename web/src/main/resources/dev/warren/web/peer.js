// The panel of the chosen peer.

import { showDropList } from './drops.js';
import { $, facts, setText } from './elements.js';
import { showEvents } from './events.js';
import { ThroughputPlot } from './plot.js';
import { age, bytes, count, microseconds, peerName, percent } from './text.js';

const EVENTS = 20;

export class PeerPanel {
  #store;
  #plot;
  #device = null;
  #peer = null;

  constructor(store) {
    this.#store = store;
    this.#plot = new ThroughputPlot($('peer-plot'), () => store.now, 150);
  }

  /** Shows another peer, or none. */
  choose(device, key) {
    if (this.#peer && this.#peer.key !== key) this.#device?.forget(this.#peer);
    this.#device = device;
    this.#peer = device?.peers.get(key) ?? null;
    if (this.#peer) device.remember(this.#peer);
    $('peer-events').replaceChildren();
    this.show();
  }

  /** Shows the peer as it is now. */
  show() {
    const device = this.#device;
    const added = this.#peer && device.peers.get(this.#peer.key);
    if (added && added !== this.#peer) return this.choose(device, added.key); // it was removed in between
    const peer = this.#peer;
    $('peer-none').hidden = peer !== null;
    $('peer-detail').hidden = peer === null;
    setText($('peer-heading'), peer ? peerName(peer.name, peer.key) : 'Peer');
    const state = !peer ? '' : !added ? 'removed' : peer.online ? 'online' : 'offline';
    setText($('peer-state'), state);
    $('peer-state').className = { removed: 'warning', online: 'good' }[state] ?? 'muted';
    if (!peer) return;
    this.#plot.show(peer.history, peerName(peer.name, peer.key));
    facts($('peer-facts'), this.#facts(peer));
    const drops = peer.figures.drops;
    $('peer-drops-none').hidden = peer.drops > 0;
    showDropList($('peer-drops'), drops);
    this.showEvents();
  }

  #facts(peer) {
    const each = peer.figures;
    const failed = Object.entries(each.handshakesFailed);
    return [
      ['Received so far', bytes(each.receivedBytes)],
      ['Sent so far', bytes(each.sentBytes)],
      ['Last handshake', peer.handshake === 0 ? 'never' : `${age(peer.handshake, this.#store.now)} ago`],
      ['RTT', microseconds(peer.rtt)],
      ['Loss lately', percent(peer.loss)],
      ['Loss so far', percent(each.loss)],
      ['Reordered', count(each.reorderedPackets)],
      ['Waiting packets', count(each.stagedPackets)],
      ['Handshakes', count(each.handshakes)],
      ['Keepalive', each.persistentKeepalive ? `${each.persistentKeepalive} s` : 'off'],
      ['Actor', each.active ? 'active' : 'idle'],
      ['Endpoint', peer.endpoint || 'unknown', 'wide'],
      ['Allowed IPs', each.allowedIps.join(', ') || 'none', 'wide'],
      ['Public key', peer.key, 'wide'],
      ...(failed.length === 0
        ? []
        : [['Failed handshakes', failed.map(([why, times]) => `${count(times)} ${why.replaceAll('-', ' ')}`).join(', '), 'wide']]),
    ];
  }

  showEvents() {
    const peer = this.#peer;
    if (!peer) return;
    const events = this.#store.lastEvents(
      EVENTS,
      (event) => event.publicKey === peer.key && event.interface === this.#device.name,
    );
    $('peer-events-none').hidden = events.length > 0;
    showEvents($('peer-events'), events, true);
  }
}
