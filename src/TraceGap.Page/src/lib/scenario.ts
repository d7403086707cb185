import type { WhatIfRequest } from '../api/types';

export type TargetKind = 'layer' | 'step' | 'model';

/** What changes are about. Steps and models are patterns: `*` and `?` stand for what they always do. */
export interface Target {
  readonly kind: TargetKind;
  readonly name: string;
}

/** Something else that stands in where a step fails: none, one as reliable as the step's own first attempts, or one of a given reliability. */
export type Fallback = 'none' | 'own' | number;

/** All that is different about one target. */
export interface Change extends Target {
  /** Computing takes so many times as long. */
  readonly factor: number;
  /** Tries in all. */
  readonly attempts: number;
  /** Share of bad results that a check notices. */
  readonly caught: number;
  readonly fallback: Fallback;
  readonly removed: boolean;
}

/** Steps below a parent that run together. */
export interface Group {
  readonly parent: string;
  readonly children: readonly string[];
}

export interface Scenario {
  readonly changes: readonly Change[];
  readonly groups: readonly Group[];
}

export const unchanged: Scenario = { changes: [], groups: [] };

export function asItIs(target: Target): Change {
  return { kind: target.kind, name: target.name, factor: 1, attempts: 1, caught: 0, fallback: 'none', removed: false };
}

export function isChanged(change: Change): boolean {
  return change.factor !== 1 || change.attempts > 1 || change.caught > 0 || change.fallback !== 'none' || change.removed;
}

export function isSame(left: Target, right: Target): boolean {
  return left.kind === right.kind && left.name === right.name;
}

export function isSameGroup(left: Group, right: Group): boolean {
  return left.parent === right.parent && left.children.join('\n') === right.children.join('\n');
}

export function changeOf(scenario: Scenario, target: Target): Change {
  return scenario.changes.find((change) => isSame(change, target)) ?? asItIs(target);
}

/** The scenario with one target changed. Targets keep their places; one that is as it is has none. */
export function withChange(scenario: Scenario, change: Change): Scenario {
  const isKnown = scenario.changes.some((one) => isSame(one, change));
  const changes = isKnown ? scenario.changes.map((one) => (isSame(one, change) ? change : one)) : [...scenario.changes, change];
  return { ...scenario, changes: changes.filter(isChanged) };
}

/** The scenario with a group run together, or no longer. */
export function withGroup(scenario: Scenario, group: Group, together: boolean): Scenario {
  const others = scenario.groups.filter((one) => !isSameGroup(one, group));
  return { ...scenario, groups: together ? [...others, group] : others };
}

/** The question to the server. */
export function toRequest(scenario: Scenario): WhatIfRequest {
  const target = (change: Change): Record<string, string> => ({ [change.kind]: change.name });
  const { changes, groups } = scenario;
  const request: WhatIfRequest = {
    scale: changes.filter((change) => change.factor !== 1).map((change) => ({ ...target(change), factor: change.factor })),
    parallelize: groups.map((group) => ({ parent: group.parent, children: [...group.children] })),
    remove: changes.filter((change) => change.removed).map((change) => ({ step: change.name })),
    retry: changes.filter((change) => change.attempts > 1).map((change) => ({ ...target(change), attempts: change.attempts })),
    gate: changes.filter((change) => change.caught > 0).map((change) => ({ ...target(change), catch: change.caught })),
    fallback: changes
      .filter((change) => change.fallback !== 'none')
      .map((change) => ({ ...target(change), ...(typeof change.fallback === 'number' ? { reliability: change.fallback } : {}) })),
  };
  return Object.fromEntries(Object.entries(request).filter(([, entries]) => (entries as unknown[]).length > 0)) as WhatIfRequest;
}

/** The scenario as the address has it: the question itself. Nothing where nothing is changed. */
export function write(scenario: Scenario): string | undefined {
  const request = toRequest(scenario);
  return Object.keys(request).length > 0 ? JSON.stringify(request) : undefined;
}

/** Reads what `write` wrote, or a question that a person made; null if it is none. Whether its values make sense is the server's to say. */
export function read(text: string | undefined): Scenario | null {
  if (!text) {
    return unchanged;
  }
  try {
    const request = JSON.parse(text) as WhatIfRequest;
    const changes = new Map<string, Change>();
    const merge = (entry: Partial<Record<TargetKind, string | null>>, part: Partial<Change>): void => {
      const kind = (['layer', 'step', 'model'] as const).find((one) => typeof entry[one] === 'string');
      if (!kind) {
        throw new TypeError('A change must say what it is about.');
      }
      const target = { kind, name: entry[kind]! };
      const key = `${kind}:${target.name}`;
      changes.set(key, { ...(changes.get(key) ?? asItIs(target)), ...part });
    };
    request.scale?.forEach((entry) => merge(entry, { factor: number(entry.factor) }));
    request.remove?.forEach((entry) => merge(entry, { removed: true }));
    request.retry?.forEach((entry) => merge(entry, { attempts: number(entry.attempts) }));
    request.gate?.forEach((entry) => merge(entry, { caught: number(entry.catch) }));
    request.fallback?.forEach((entry) => merge(entry, { fallback: entry.reliability === null || entry.reliability === undefined ? 'own' : number(entry.reliability) }));
    const groups = request.parallelize?.map((entry) => ({ parent: string(entry.parent), children: (entry.children ?? []).map(string) })) ?? [];
    return { changes: [...changes.values()], groups };
  } catch {
    return null;
  }
}

function number(value: unknown): number {
  if (typeof value !== 'number') {
    throw new TypeError('A number is expected.');
  }
  return value;
}

function string(value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError('A text is expected.');
  }
  return value;
}

/** How a target is told to people. */
export function nameOf(target: Target): string {
  return target.kind === 'layer' ? target.name.replaceAll('_', ' ') : target.name;
}
