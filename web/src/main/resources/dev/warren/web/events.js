// Events as a list, the newest first.

import { element } from './elements.js';
import { clock, count, microseconds, peerName } from './text.js';

const GOOD = new Set(['peer-online', 'interface-up', 'overload-ended']);
const BAD = new Set(['handshake-failed', 'interface-down', 'offload-disabled', 'overload-begun']);

/**
 * Items are kept, so that what is being read stays where it is.
 *
 * @param ofPeer whether all are of one peer, which need not be said each time
 */
export function showEvents(list, events, ofPeer) {
  const kept = new Set(events);
  for (const item of [...list.children]) if (!kept.has(item.event)) item.remove();
  list.prepend(...events.slice(0, events.length - list.children.length).map((event) => eventItem(event, ofPeer)));
}

function eventItem(event, ofPeer) {
  const { schema, time, interface: device, type, peer, publicKey, ...details } = event;
  const item = element('li');
  item.event = event;
  const when = element('time', '', clock(time));
  when.dateTime = time;
  const what = element('span', GOOD.has(type) ? 'good' : BAD.has(type) ? 'bad' : '', type.replaceAll('-', ' '));
  const who = element('strong', '', peerName(peer, publicKey));
  if (publicKey) who.title = publicKey;
  const more = element('span', 'details', Object.entries(details).map(detail).join(', '));
  item.append(when, ...(ofPeer ? [] : [element('span', 'details', device), ' ', who, ' ']), what, ' ', more);
  return item;
}

function detail([name, value]) {
  if (name === 'rttMicroseconds') return `RTT ${microseconds(value)}`;
  if (name === 'repeated') return `and ${count(value)} more left out`;
  return `${name} ${value}`;
}
