// Figures as text.

const BIT_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function scaled(value, step, units) {
  let unit = 0;
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A rate in bits, as links are measured, of bytes a second. */
export function rate(bytesPerSecond) {
  return bytesPerSecond === undefined ? '–' : scaled(bytesPerSecond * 8, 1000, BIT_UNITS);
}

/** A sum of bytes, as `wg show` has it. */
export function bytes(count) {
  return scaled(count, 1024, BYTE_UNITS);
}

export function count(value) {
  return value.toLocaleString('en').replaceAll(',', '\u202f');
}

export function perSecond(value) {
  if (value === undefined) return '–';
  if (value === 0) return '0/s';
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M/s`;
  return value >= 10 ? `${count(Math.round(value))}/s` : `${value.toFixed(1)}/s`;
}

export function duration(seconds) {
  seconds = Math.max(0, Math.floor(seconds));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** Of a time in milliseconds; 0 is never. */
export function age(then, now) {
  return then === 0 ? 'never' : duration((now - then) / 1000);
}

export function microseconds(value) {
  if (value === undefined) return '–';
  if (value < 1000) return `${Math.round(value)} µs`;
  return `${(value / 1000).toFixed(value < 100000 ? 1 : 0)} ms`;
}

/** A share of 0 to 1. */
export function percent(share) {
  if (share === undefined) return '–';
  const value = share * 100;
  return `${value === 0 || value >= 10 ? Math.round(value) : value < 0.1 ? '<0.1' : value.toFixed(1)} %`;
}

export function clock(time) {
  return new Date(time).toLocaleTimeString('en-GB');
}

/** A peer by its name, else by the beginning of its key. */
export function peerName(name, publicKey) {
  if (name) return name;
  return publicKey ? `${publicKey.slice(0, 10)}…` : '';
}
