// How busy the event loops are, what waits in buffers, and how many packets move at once.

import { $, bar, each, element, facts, setText, showBar } from './elements.js';
import { count, microseconds, percent } from './text.js';

/** What runs on a loop, by its name. */
function duty(loop) {
  if (loop === 'control') return 'router, handshakes, link';
  if (loop === 'management') return 'control sockets, HTTP';
  return loop === 'packet-1' ? 'TUN, UDP, peers' : 'peers';
}

export function showLoad(router, device) {
  const loops = router?.loops ?? [];
  const { pools = [], offloads = {} } = device?.figures ?? {};
  showLoops(loops);
  showPools(pools);
  showBatches(device);
  const kinds = Object.entries(offloads);
  $('offloads').hidden = kinds.length === 0;
  facts(
    $('offloads'),
    kinds.map(([name, state]) => [name, state, state === 'on' ? '' : 'warning']),
  );
}

function showLoops(loops) {
  $('loops').hidden = loops.length === 0;
  each(
    $('loops').tBodies[0],
    loops,
    () => element('tr', '', element('th'), meter(), element('td'), element('td')),
    (row, loop) => {
      const [name, busy, lag, longest] = row.cells;
      name.scope = 'row';
      setText(name, loop.name);
      name.title = duty(loop.name);
      showMeter(busy, loop.busy ?? 0, percent(loop.busy));
      setText(lag, microseconds(loop.lagMicroseconds));
      setText(longest, microseconds(loop.longestTurnMicroseconds));
    },
  );
}

function showPools(pools) {
  $('pools').hidden = pools.length === 0;
  each(
    $('pools').tBodies[0],
    pools,
    () => element('tr', '', element('th'), element('td'), meter()),
    (row, pool) => {
      const [name, loop, used] = row.cells;
      name.scope = 'row';
      setText(name, pool.name);
      setText(loop, pool.loop ?? '');
      showMeter(used, (pool.size - pool.free) / pool.size, `${count(pool.size - pool.free)} of ${count(pool.size)}`);
    },
  );
}

const BATCHES = ['tun.read.batch.', 'udp.receive.batch.', 'udp.send.batch.'];

/** The share that each size had among the batches of the last interval. */
function showBatches(device) {
  const names = Object.keys(device?.figures?.counters ?? {});
  const sizes = [...new Set(BATCHES.flatMap((kind) => names.filter((name) => name.startsWith(kind)).map(sizeOf)))];
  sizes.sort((a, b) => parseInt(a) - parseInt(b));
  $('batches').hidden = sizes.length === 0;
  const rates = BATCHES.map((kind) => sizes.map((size) => device.rateOf(kind + size) ?? 0));
  const sums = rates.map((column) => column.reduce((sum, value) => sum + value, 0));
  each(
    $('batches').tBodies[0],
    sizes,
    () => element('tr', '', element('th'), meter(), meter(), meter()),
    (row, size, i) => {
      row.cells[0].scope = 'row';
      setText(row.cells[0], size.replace('-', '–'));
      BATCHES.forEach((kind, column) => {
        const share = sums[column] === 0 ? 0 : rates[column][i] / sums[column];
        showMeter(row.cells[column + 1], share, sums[column] === 0 ? '–' : percent(share));
      });
    },
  );
}

function sizeOf(counter) {
  return counter.slice(counter.indexOf('.batch.') + '.batch.'.length);
}

function meter() {
  return element('td', 'meter', bar(), element('span'));
}

function showMeter(cell, share, text) {
  showBar(cell.firstElementChild, share);
  setText(cell.lastElementChild, text);
}
