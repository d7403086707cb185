'use strict';
const { setTimeout: sleep } = require('node:timers/promises');

/** Waits so many milliseconds. */
const pause = (milliseconds) => sleep(Math.max(0, Math.round(milliseconds)));

/** Listens on a free loopback port. */
const listen = (server) => new Promise((resolve) => {
  const started = server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${started.address().port}`));
});

module.exports = { listen, pause };
