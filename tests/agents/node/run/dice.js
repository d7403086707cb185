// Chance that does not depend on who asks first: a throw is a function of the seed and of what is thrown for.
'use strict';
const { createHash } = require('node:crypto');

class Dice {
  constructor(options) {
    this.options = options;
  }

  /** A number from 0 to 1, without 1. */
  throwFor(...what) {
    const digest = createHash('sha256').update([this.options.seed, ...what].join('/')).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  }

  /** Whether this attempt of a stage fails. */
  fails(stage, run, ...attempt) {
    return this.throwFor('fails', stage, run, ...attempt) < (this.options.fail[stage] ?? 0);
  }

  /** Milliseconds that this attempt takes: half to one and a half times what was asked for. */
  latency(stage, run, ...attempt) {
    return this.options.latency[stage] * (0.5 + this.throwFor('latency', stage, run, ...attempt));
  }

  /** One of several. */
  pick(choices, ...what) {
    return choices[Math.floor(this.throwFor('pick', ...what) * choices.length)];
  }
}

module.exports = { Dice };
