import { describe, expect, it } from 'vitest';
import { asItIs, changeOf, read, toRequest, unchanged, withChange, withGroup, write, type Scenario } from '../src/lib/scenario';

const inference = { kind: 'layer', name: 'inference' } as const;
const lookup = { kind: 'step', name: 'agents/tool_call/execute_tool "lookup" <b>&=;' } as const;
const group = { parent: 'plan', children: ['research, deep', 'price'] };

const scenario: Scenario = {
  changes: [
    { ...asItIs(inference), factor: 0.85, attempts: 3, fallback: 'own' },
    { ...asItIs({ kind: 'model', name: 'gpt-4o*' }), factor: 2 },
    { ...asItIs(lookup), caught: 0.9, fallback: 0.99, removed: true },
  ],
  groups: [group],
};

describe('a scenario', () => {
  it('is asked as the server takes it, each kind of change once', () => {
    expect(toRequest(scenario)).toEqual({
      scale: [{ layer: 'inference', factor: 0.85 }, { model: 'gpt-4o*', factor: 2 }],
      parallelize: [{ parent: 'plan', children: ['research, deep', 'price'] }],
      remove: [{ step: lookup.name }],
      retry: [{ layer: 'inference', attempts: 3 }],
      gate: [{ step: lookup.name, catch: 0.9 }],
      fallback: [{ layer: 'inference' }, { step: lookup.name, reliability: 0.99 }],
    });
  });

  it('is read from an address as it was written to it, whatever names hold', () => {
    const address = new URLSearchParams({ changes: write(scenario)! }).toString();
    const again = read(new URLSearchParams(address).get('changes')!)!;
    expect(toRequest(again)).toEqual(toRequest(scenario));
    expect(changeOf(again, lookup)).toEqual(scenario.changes[2]);
  });

  it('is no part of the address where nothing is changed', () => {
    expect(write(unchanged)).toBeUndefined();
    expect(read(undefined)).toEqual(unchanged);
    const back = withGroup(withChange(withGroup(withChange(unchanged, { ...asItIs(inference), factor: 0.5 }), group, true), asItIs(inference)), group, false);
    expect(write(back)).toBeUndefined();
  });

  it('keeps other changes of a target and other targets', () => {
    const next = withChange(scenario, { ...changeOf(scenario, inference), factor: 1 });
    expect(changeOf(next, inference)).toMatchObject({ factor: 1, attempts: 3, fallback: 'own' });
    expect(next.changes.map((change) => change.name)).toEqual(['inference', 'gpt-4o*', lookup.name]);
  });

  it.each(['{', 'null', '[]x', '{"scale":{}}', '{"scale":[{"factor":0.5}]}', '{"scale":[{"layer":"inference","factor":"x"}]}', '{"parallelize":[{"parent":1,"children":[]}]}', '{"retry":[null]}'])(
    '%s is none',
    (text) => expect(read(text)).toBeNull(),
  );
});
