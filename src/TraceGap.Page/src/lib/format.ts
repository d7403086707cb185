const none = '–';

/** A reliability or share as percent; as many digits as tell it from 0 and 100 %. */
export function percent(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined) {
    return none;
  }
  let text = (value * 100).toFixed(digits);
  for (let more = digits + 1; more <= digits + 3 && (text === (100).toFixed(more - 1) || Number(text) === 0) && value !== 1 && value !== 0; more++) {
    text = (value * 100).toFixed(more);
  }
  return `${minus(text)} %`;
}

/** A difference of reliabilities in percentage points, with its sign. */
export function points(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined) {
    return none;
  }
  const text = (value * 100).toFixed(digits);
  return Number(text) === 0 ? `±${(0).toFixed(digits)} pp` : `${value > 0 ? '+' : ''}${minus(text)} pp`;
}

/** A duration given in milliseconds, three significant digits, the unit that reads best. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) {
    return none;
  }
  const size = Math.abs(ms);
  if (size === 0) {
    return '0 ms';
  }
  if (size < 0.001) {
    return `${significant(ms * 1e6)} ns`;
  }
  if (size < 0.9995) {
    return `${significant(ms * 1e3)} µs`;
  }
  if (size < 999.5) {
    return `${significant(ms)} ms`;
  }
  if (size < 119_500) {
    return `${significant(ms / 1e3)} s`;
  }
  if (size < 7_170_000) {
    const seconds = Math.round(ms / 1e3);
    return `${Math.trunc(seconds / 60)} min ${Math.abs(seconds % 60)} s`;
  }
  const minutes = Math.round(ms / 60e3);
  return `${Math.trunc(minutes / 60)} h ${Math.abs(minutes % 60)} min`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? none : value.toLocaleString('en-US').replaceAll(',', '\u202f');
}

/** Local time, to the second; with its date unless that is today's. */
export function clock(time: Date, now = new Date()): string {
  const isToday = time.toDateString() === now.toDateString();
  const day = isToday ? '' : `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} `;
  return `${day}${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** Nanoseconds since the epoch, as text, to a date. */
export function nanosToDate(nanos: string): Date {
  return new Date(Number(BigInt(nanos) / 1_000_000n));
}

/** `tool_call` as it is shown. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

/** What a step key (service, layer, operation) says beside its layer. Names may hold slashes themselves. */
export function operationOf(step: string, layer: string | null): string {
  const mark = `/${layer ?? ''}/`;
  const at = step.indexOf(mark);
  return at < 0 ? step : step.slice(at + mark.length) || step;
}

/** `1 trace`, `2 traces`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `clockSkew` as it is shown. */
export function sentence(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function significant(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return minus(value.toFixed(Math.min(digits, 2)));
}

function minus(text: string): string {
  return text.replace('-', '−');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
