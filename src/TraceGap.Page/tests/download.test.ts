import { expect, it } from 'vitest';
import { toCsv } from '../src/lib/download';
import { sorted } from '../src/lib/sorting';

it('quotes what needs it and defuses formulas', () => {
  expect(toCsv(['name', 'n'], [['a,b', 1], ['say "x"', null], ['=HYPERLINK("http://x")', 0.5], ['-1+1', -2]])).toBe(
    'name,n\r\n"a,b",1\r\n"say ""x""",\r\n"\'=HYPERLINK(""http://x"")",0.5\r\n\'-1+1,-2\r\n',
  );
});

it('sorts what has no value last, both ways', () => {
  const rows = [{ v: 2 }, { v: null }, { v: 3 }];
  expect(sorted(rows, (row) => row.v, true).map((row) => row.v)).toEqual([3, 2, null]);
  expect(sorted(rows, (row) => row.v, false).map((row) => row.v)).toEqual([2, 3, null]);
});
