// Prints what the page offers to paste before the first span: node page-snippets.js FOLDER_OF_THE_PAGE RECEIVERS_JSON. The page's own source, compiled by the compiler that it is built with.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [folder, receivers] = process.argv.slice(2);
const page = path.resolve(folder);
const typescript = require(path.join(page, "node_modules", "typescript"));
const source = fs.readFileSync(path.join(page, "src", "lib", "snippets.ts"), "utf8");
const { outputText } = typescript.transpileModule(source, { compilerOptions: { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 } });
const exported = {};
new Function("exports", outputText)(exported);
process.stdout.write(JSON.stringify(exported.snippets(JSON.parse(receivers), "127.0.0.1")));
