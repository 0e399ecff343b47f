// Import forms into form-js without a browser, fill them, and submit them: node form_js.mjs FOLDER < cases > answers
//
// A case is {"form": …, "data": …}; its answer is {"warnings": […], "errors": {…}, "data": …}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/package.json`);
const { JSDOM } = require("jsdom");
const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true });
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
const names = Object.getOwnPropertyNames(window).filter((name) => /^[A-Z]/.test(name) && !(name in globalThis));
for (const name of ["document", "navigator", "getComputedStyle", "requestAnimationFrame", ...names]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}
Object.defineProperty(globalThis, "window", { value: window, configurable: true });

const { Form } = require("@bpmn-io/form-js-viewer");
const answers = [];
for (const { form: schema, data } of JSON.parse(readFileSync(0, "utf-8"))) {
  const form = new Form({ container: window.document.createElement("div") });
  const { warnings } = await form.importSchema(schema, data);
  const submitted = form.submit();
  answers.push({ warnings: warnings.map(String), errors: submitted.errors, data: submitted.data });
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
