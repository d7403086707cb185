// A service that answers POSTs of {"run": 7, …}, or fails as the dice say: the vector store and the order book of the agents.
'use strict';
const express = require('express');
const { listen, pause } = require('../run/pause');

/** Starts a service at a path; `stage` names its latency and failure rate, `answer` makes the answer from the request's body. */
async function startStore(dice, path, stage, answer) {
  const attempts = new Map();
  const app = express();
  app.use(express.json());
  app.post(path, async (request, response) => {
    const { run } = request.body;
    const attempt = (attempts.get(run) ?? 0) + 1;
    attempts.set(run, attempt);
    await pause(dice.latency(stage, run, attempt));
    if (dice.fails(stage, run, attempt)) {
      response.status(500).json({ error: `${path} had an error` });
    } else {
      response.json(answer(request.body));
    }
  });
  const server = { listen: (...where) => (server.http = app.listen(...where)) };
  const url = await listen(server);
  return { url: `${url}${path}`, stop: () => { server.http.closeAllConnections(); server.http.close(); } };
}

/** Finds documents by similarity: the eight numbers of a vector against a small shelf. */
const startVectorStore = (dice) => startStore(dice, '/search', 'retrieval', ({ vector = [], limit = 2 }) => ({ documents: nearest(vector, limit) }));

/** Tells the state of an order. */
const startOrderBook = (dice) => startStore(dice, '/orders', 'tool_call', ({ order }) => ({ order, state: 'shipped' }));

const SHELF = ['Orders ship within two days.', 'Returns are free for a month.', 'Support answers on working days.', 'Parcels can be followed by number.']
  .map((text, place) => ({ text, vector: Array.from({ length: 8 }, (_, index) => (index + place) / 8) }));

function nearest(vector, limit) {
  const distance = (document) => document.vector.reduce((sum, value, index) => sum + (value - (vector[index] ?? 0)) ** 2, 0);
  return SHELF.toSorted((left, right) => distance(left) - distance(right)).slice(0, limit).map(({ text }) => text);
}

/** Asks a service; an answer other than 2xx is an error. */
async function post(url, body, signal) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal });
  if (!response.ok) {
    throw new Error(`${new URL(url).pathname} answered ${response.status}: ${await response.text()}`);
  }
  return response.json();
}

module.exports = { post, startOrderBook, startVectorStore };
