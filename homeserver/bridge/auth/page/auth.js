// Signing in for oneself or for a program, the first start, and invitations: one form, asked step by step.

import { language, say } from "/auth/words.js";

const query = new URLSearchParams(location.search);
const fragment = new URLSearchParams(location.hash.slice(1));
const at = (id) => document.getElementById(id);
const USERNAME = { name: "username", label: "username", type: "text", complete: "username" };
const PASSWORD = { name: "password", label: "password", type: "password", complete: "current-password" };
const NEW_PASSWORD = { ...PASSWORD, label: "newPassword", complete: "new-password", least: 8 };
const CODE = { name: "code", label: "code", type: "text", complete: "one-time-code" };
const CODE_STEP = { title: "codeTitle", text: "codeText", button: "go", fields: [CODE] };

document.documentElement.lang = language;

/** The home's answer: `{ status, body }`; status 0 where there is none. */
async function ask(path, body, method = "POST") {
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return { status: 0, body: { message: say("unreachable") } };
  }
}

/** Show a step; `send` is given the values and returns a fault to show, or nothing. */
function show({ title, text, button, fields, names = {} }, send) {
  at("title").textContent = document.title = say(title, names);
  at("text").textContent = text ? say(text, names) : "";
  at("go").textContent = say(button);
  at("fault").textContent = "";
  at("fields").replaceChildren(...fields.flatMap(field));
  at("form").hidden = false;
  at("form").onsubmit = async (event) => {
    event.preventDefault();
    at("go").disabled = true;
    const fault = await send(Object.fromEntries(new FormData(at("form"))));
    at("go").disabled = false;
    if (fault) {
      at("fault").textContent = fault;
      at("fields").querySelector("input:last-of-type").select();
    }
  };
  at("fields").querySelector("input").focus();
}

function field({ name, label, type, complete, least }) {
  const words = document.createElement("label");
  words.textContent = say(label);
  words.htmlFor = name;
  const input = document.createElement("input");
  Object.assign(input, { id: name, name, type, autocomplete: complete, required: true, spellcheck: false });
  if (least) input.minLength = least;
  return [words, input];
}

function note(text) {
  at("form").hidden = true;
  at("note").textContent = text;
  at("note").hidden = false;
}

const enter = () => location.replace("/");

// -- for oneself, and with a link

/** Send `body` to `path` until the home opens; asks for a code where it wants one. */
async function come(path, body, wrong) {
  const answer = await ask(path, body);
  if (answer.status === 200) return enter();
  if (answer.body.code === "code_needed") {
    return void show(CODE_STEP, ({ code }) => come(path, { ...body, code }, "invalid_code"));
  }
  return answer.status === 401 && wrong ? say(wrong) : answer.body.message;
}

const signIn = () => show(
  { title: "signIn", button: "signIn", fields: [USERNAME, PASSWORD] },
  (values) => come("/api/session", values, "invalid_auth"),
);

const welcome = (secret) => show(
  {
    title: "welcomeTitle",
    text: "welcomeText",
    button: "begin",
    fields: [{ name: "name", label: "yourName", type: "text", complete: "name" }, NEW_PASSWORD],
  },
  (values) => come("/api/auth/welcome", { welcome: secret, ...values }, "spent"),
);

async function invited(secret) {
  const { status, body: names } = await ask("/api/auth/invitations/look", { invitation: secret });
  if (status !== 200) return note(status === 401 ? say("spent") : names.message);
  show(
    { title: "invitedTitle", text: "invitedText", button: "setPassword", fields: [NEW_PASSWORD], names },
    (values) => come("/api/auth/invitations/accept", { invitation: secret, ...values }, "spent"),
  );
}

// -- for a program

const client = () => {
  try {
    return new URL(query.get("client_id")).host;
  } catch {
    return query.get("client_id");
  }
};

async function signInForProgram() {
  const redirect_uri = query.get("redirect_uri") ?? "";
  const body = { client_id: query.get("client_id"), redirect_uri, handler: ["homeassistant", null], type: "authorize" };
  const begun = await ask("/auth/login_flow", body);
  if (begun.status !== 200) return note(begun.body.message);
  step(begun.body, redirect_uri);
}

function step(flow, redirect_uri) {
  const names = { client: client() };
  const shown = flow.step_id === "mfa"
    ? CODE_STEP
    : { title: "signIn", text: "forProgram", button: "signIn", fields: [USERNAME, PASSWORD], names };
  show(shown, async (values) => {
    const answer = await ask(`/auth/login_flow/${flow.flow_id}`, { client_id: query.get("client_id"), ...values });
    if (answer.status === 404) return say("late");
    if (answer.status !== 200) return answer.body.message;
    if (answer.body.type === "create_entry") return void leave(answer.body.result, redirect_uri);
    if (answer.body.step_id !== flow.step_id) return void step(answer.body, redirect_uri);
    return say(answer.body.errors.base);
  });
}

function leave(code, redirect_uri) {
  const target = new URL(redirect_uri);
  target.searchParams.set("code", code);
  if (query.has("state")) target.searchParams.set("state", query.get("state"));
  target.searchParams.set("storeToken", "true");
  note(say("leaving", { client: client() }));
  location.assign(target.href);
}

// -- where to begin

if (location.hash) history.replaceState(null, "", location.pathname + location.search); // out of the history
if (location.pathname === "/auth/welcome") {
  if (fragment.get("welcome")) welcome(fragment.get("welcome"));
  else if (fragment.get("invitation")) invited(fragment.get("invitation"));
  else note(say("noLink"));
} else if (query.get("client_id")) {
  signInForProgram();
} else {
  signIn();
}
