import { expect, it } from 'vitest';
import { sparkLine } from '../src/lib/trends';

it('draws values between two levels, from the first there is to the last, and breaks where there is none', () => {
  expect(sparkLine([null, 0, 5, null, 10, 20, null], 0, 10, 40, 10)).toEqual({ path: 'M0 10L10 5M30 0L40 0', dots: [] });
});

it('draws what stands alone as a dot', () => {
  expect(sparkLine([1, null, 3], 0, 4, 40, 8)).toEqual({ path: '', dots: [[0, 6], [40, 2]] });
  expect(sparkLine([null, 3], 3, 3, 40, 8)).toEqual({ path: '', dots: [[40, 4]] });
  expect(sparkLine([], 0, 1, 40, 8)).toEqual({ path: '', dots: [] });
});
