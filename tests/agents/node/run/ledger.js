// What the agent really did, written down by the agent itself as it does it, without a look at any span.
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { LAYERS } = require('./options');

const current = new AsyncLocalStorage();

/** One piece of work of a run. Its own failure is one that no failure below it explains. */
class Entry {
  constructor(layer, operation, parent) {
    Object.assign(this, { layer, operation, parent, state: 'running', superseded: false, caught: false });
  }

  get hasEnded() {
    return this.state === 'ok' || this.state === 'failed' || this.state === 'paused';
  }

  /** Whether it is a step: work of an attempt that was made again is not, only the attempt that stood. */
  get counts() {
    for (let entry = this; entry; entry = entry.parent) {
      if (entry.superseded) {
        return false;
      }
    }
    return this.hasEnded;
  }

  isBelow(other) {
    for (let entry = this.parent; entry; entry = entry.parent) {
      if (entry === other) {
        return true;
      }
    }
    return false;
  }

  get isRecovered() {
    for (let entry = this; entry; entry = entry.parent) {
      if (entry.caught || entry.state === 'ok') {
        return true;
      }
    }
    return false;
  }
}

class RunLedger {
  constructor() {
    this.entries = [];
    this.ended = [];
    this.cancelling = new AbortController();
    this.whenEnded = new Promise((resolve) => { this.end = resolve; });
  }

  /** Aborted when the run is cancelled. */
  get signal() {
    return this.cancelling.signal;
  }

  cancel() {
    this.cancelling.abort();
  }

  /** Does work as a step. With `retried` a failed step of the same operation before it under the same parent was an attempt of this one; with `caught` the agent goes on if it fails. */
  async step(layer, operation, work, { retried = false, caught = false } = {}) {
    const entry = new Entry(layer, operation, current.getStore());
    const before = retried && this.entries.findLast((other) => other.operation === operation && other.parent === entry.parent);
    if (before && before.state === 'failed') {
      before.superseded = true;
    }
    entry.caught = caught;
    this.entries.push(entry);
    try {
      const result = await current.run(entry, work);
      entry.state = 'ok';
      return result;
    } catch (error) {
      entry.state = this.signal.aborted || isAbort(error) ? 'cancelled' : isPause(error) ? 'paused' : 'failed';
      throw error;
    } finally {
      this.ended.push(entry);
      if (entry === this.entries[0]) {
        this.end();
      }
    }
  }

  /** How often an operation was begun, the time that runs included. */
  timesBegun(operation) {
    return this.entries.filter((entry) => entry.operation === operation).length;
  }

  get ok() {
    return this.entries[0].state === 'ok';
  }

  get isCancelled() {
    return this.entries[0].state === 'cancelled';
  }

  /** Failures that nothing below them explains, first ended first. The entry's own failure counts only if nothing began below it: what is lost after its steps went well is lost in silence. */
  get ownFailures() {
    const counted = this.ended.filter((entry) => entry.counts);
    return counted.filter((entry) =>
      entry.state === 'failed'
      && (entry !== this.entries[0] || this.entries.length === 1)
      && !counted.some((other) => other.state === 'failed' && other.isBelow(entry)));
  }

  /** The layer that a failed run failed in first; null where no step did. */
  get firstFailure() {
    const own = this.ownFailures;
    return (own.find((entry) => !entry.isRecovered) ?? own[0])?.layer ?? null;
  }
}

/** The books of all runs. */
class Ledger {
  constructor() {
    this.byNumber = new Map();
  }

  get runs() {
    return [...this.byNumber.values()];
  }

  open(number) {
    const run = new RunLedger();
    this.byNumber.set(number, run);
    return run;
  }

  /** The book of a run that is open. */
  of(number) {
    return this.byNumber.get(number);
  }

  /** The truth, for a reader that compares. */
  truth() {
    // A run that was cancelled counts as that and nowhere else.
    const counted = this.runs.filter((run) => !run.isCancelled);
    const entries = counted.flatMap((run) => run.entries.filter((entry) => entry.hasEnded));
    const own = new Set(counted.flatMap((run) => run.ownFailures));
    const failed = counted.filter((run) => !run.ok);
    const sums = (some) => ({
      steps: some.filter((entry) => entry.counts).length,
      attempts: some.length,
      ownFailures: some.filter((entry) => own.has(entry)).length,
    });
    const firstFailures = {};
    for (const run of failed) {
      const layer = run.firstFailure ?? 'silent';
      firstFailures[layer] = (firstFailures[layer] ?? 0) + 1;
    }
    return {
      runs: this.runs.length,
      ok: counted.length - failed.length,
      failed: failed.length,
      cancelledRuns: this.runs.length - counted.length,
      recovered: [...own].filter((entry) => entry.isRecovered).length,
      cancelled: this.runs.flatMap((run) => run.entries).filter((entry) => entry.state === 'cancelled').length,
      firstFailures,
      layers: Object.fromEntries(LAYERS.map((layer) => [layer, sums(entries.filter((entry) => entry.layer === layer))])),
      operations: Object.fromEntries([...new Set(entries.map((entry) => entry.operation))].map((operation) => [
        operation, { layer: entries.find((entry) => entry.operation === operation).layer, ...sums(entries.filter((entry) => entry.operation === operation)) },
      ])),
    };
  }
}

// A graph that waits for a person leaves its node by throwing.
function isPause(error) {
  return error?.name === 'GraphInterrupt';
}

function isAbort(error) {
  return error?.name === 'AbortError' || error?.name === 'APIUserAbortError' || /\baborted\b/i.test(error?.message ?? '');
}

module.exports = { Ledger };
