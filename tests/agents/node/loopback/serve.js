// The loopback services alone, for an agent in another language: tells where they listen, and when its input ends which requests the model endpoint saw.
'use strict';
const { readOptions } = require('../run/options');
const { Dice } = require('../run/dice');
const { ModelEndpoint } = require('./model-endpoint');
const { startOrderBook, startVectorStore } = require('./store');

async function main() {
  const options = readOptions(['meai', 'double']);
  const dice = new Dice(options);
  const endpoint = new ModelEndpoint(options, dice);
  await endpoint.start();
  const [vectorStore, orderBook] = await Promise.all([startVectorStore(dice), startOrderBook(dice)]);
  console.log(JSON.stringify({ model: endpoint.url, vectorStore: vectorStore.url, orderBook: orderBook.url }));
  process.stdin.resume().once('end', () => {
    console.log(JSON.stringify(endpoint.calls));
    process.exit(0);
  });
}

main();
