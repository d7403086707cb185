import { expect, it } from 'vitest';
import { attributesOf, chipsOf, withAttribute } from '../src/lib/traceSearch';

it('tells every filter, and takes away one at a time', () => {
  const query = { outcome: 'failed', step: 'agent/tool_call/search', errorType: 'timeout', maxDuration: '2s', attribute: 'model=a\nuser=b=c' };
  const chips = chipsOf(query);
  expect(chips.map((chip) => chip.text)).toEqual(['failed', 'failed in search', 'error timeout', 'at most 2s', 'model=a', 'user=b=c']);
  expect(chips[0]!.without).toEqual({ outcome: undefined });
  expect(chips[4]!.without).toEqual({ attribute: 'user=b=c' });
  expect(chipsOf({ attribute: 'a=1' })[0]!.without).toEqual({ attribute: undefined });
});

it('asks for several attributes by repeating the parameter', () => {
  const attribute = withAttribute({ attribute: withAttribute({}, 'a=1') }, 'b=x y');
  expect(attributesOf({ attribute })).toEqual(['a=1', 'b=x y']);
  expect(withAttribute({ attribute }, 'a=1')).toBe(attribute);

});
