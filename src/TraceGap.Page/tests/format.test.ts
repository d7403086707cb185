import { describe, expect, it } from 'vitest';
import { clock, count, duration, nanosToDate, operationOf, percent, points } from '../src/lib/format';

describe('percent', () => {
  it.each([
    [0.9744, '97.4 %'],
    [1, '100.0 %'],
    [0, '0.0 %'],
    [null, '–'],
  ])('%s is %s', (value, text) => expect(percent(value)).toBe(text));

  it('takes more digits rather than saying that what almost always works always does', () => {
    expect(percent(0.99996)).toBe('99.996 %');
    expect(percent(0.00002)).toBe('0.002 %');
  });
});

describe('points', () => {
  it.each([
    [-0.0273, '−2.7 pp'],
    [0.0684, '+6.8 pp'],
    [0.0001, '±0.0 pp'],
    [null, '–'],
  ])('%s is %s', (value, text) => expect(points(value)).toBe(text));
});

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [0.0018, '1.80 µs'],
    [0.0000018, '1.80 ns'],
    [63.5714, '63.6 ms'],
    [999.6, '1.00 s'],
    [119_400, '119 s'],
    [125_000, '2 min 5 s'],
    [3_600_000, '60 min 0 s'],
    [7_300_000, '2 h 2 min'],
    [-4.2, '−4.20 ms'],
    [null, '–'],
  ])('%s ms is %s', (value, text) => expect(duration(value)).toBe(text));
});

it('separates thousands by a narrow space', () => expect(count(1234567)).toBe('1\u202f234\u202f567'));

it('reads nanoseconds beyond what a number holds', () => expect(nanosToDate('1795255103602874100').toISOString()).toBe('2026-11-21T09:58:23.602Z'));

it('leaves the date of today out', () => {
  const now = new Date(2026, 10, 21, 12, 0, 0);
  expect(clock(new Date(2026, 10, 21, 9, 5, 7), now)).toBe('09:05:07');
  expect(clock(new Date(2026, 10, 20, 9, 5, 7), now)).toBe('2026-11-20 09:05:07');
});

it('tells the operation from a step key whose names hold slashes', () => {
  expect(operationOf('a/b/tool_call/execute_tool x/y', 'tool_call')).toBe('execute_tool x/y');
  expect(operationOf('svc/inference/chat', 'retrieval')).toBe('svc/inference/chat');
});
