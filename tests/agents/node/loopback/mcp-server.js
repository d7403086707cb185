// An MCP server with streamable HTTP, without sessions, in a process and a service of its own. Arguments: OTLP URL, order book's URL. Tells its address to its parent, and when told to stop how many spans it sent.
'use strict';
const { startTelemetry } = require('../run/telemetry');

const [otlp, orderBook] = process.argv.slice(2);
const telemetry = startTelemetry('mcp-tools', { otlp }, [], (url) => url === '/mcp');

const express = require('express');
const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');
const { z } = require('zod');
const { listen } = require('../run/pause');
const { post } = require('./store');

function buildServer() {
  const server = new McpServer({ name: 'orders', version: '1.0.0' });
  server.registerTool('look_up_order', { description: 'Tells the state of an order.', inputSchema: { run: z.number(), order: z.string() } }, async (call) => ({
    // What a tool throws the server turns into a result with isError, and HTTP 200.
    content: [{ type: 'text', text: JSON.stringify(await post(orderBook, call)) }],
  }));
  return server;
}

async function main() {
  const app = express();
  app.use(express.json());
  app.post('/mcp', async (request, response) => {
    const server = buildServer();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on('close', () => { transport.close(); server.close(); });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  // Without sessions there is no stream to be had.
  app.all('/mcp', (request, response) => response.status(405).json({ jsonrpc: '2.0', error: { code: -32000, message: 'Method not allowed.' }, id: null }));

  const url = await listen({ listen: (...where) => app.listen(...where) });
  process.on('message', async () => {
    await telemetry.shutdown();
    process.send({ spans: telemetry.spans() });
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ url: `${url}/mcp` });
}

main();
