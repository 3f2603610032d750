// Every call that home-assistant-js-websocket offers against one home: HOME_URL and HOME_TOKEN say which.
// Prints one line of JSON for each call: {"call", "ok", "told"}. Ends by itself.
import * as ha from "home-assistant-js-websocket";
import WebSocket from "ws";

globalThis.WebSocket = WebSocket;
const LAMP = "light.office_desk_lamp";
const tell = (call, ok, told = "") => console.log(JSON.stringify({ call, ok: Boolean(ok), told: String(told) }));
const until = async (what, ms = 8000) => {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    const found = await what();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
  return undefined;
};
async function attempt(call, work) {
  try {
    tell(call, await work());
  } catch (error) {
    tell(call, false, error?.message ?? JSON.stringify(error));
  }
}

const auth = ha.createLongLivedTokenAuth(process.env.HOME_URL, process.env.HOME_TOKEN);
const connection = await ha.createConnection({ auth });
const [year, month] = connection.haVersion.split(".").map(Number);
tell("createConnection", year > 2022 || (year === 2022 && month >= 9), connection.haVersion);

await attempt("createConnection with a wrong token", async () => {
  const wrong = ha.createLongLivedTokenAuth(process.env.HOME_URL, "x".repeat(40));
  return ha.createConnection({ auth: wrong, setupRetry: 0 }).then(() => false, (code) => code === ha.ERR_INVALID_AUTH);
});
await attempt("ping", async () => connection.ping().then(() => true));
await attempt("getStates", async () => (await ha.getStates(connection)).some((one) => one.entity_id === LAMP));
await attempt("getServices", async () => (await ha.getServices(connection)).light.turn_on.fields.brightness_pct);
await attempt("getConfig", async () => (await ha.getConfig(connection)).state === "RUNNING");
await attempt("getUser", async () => (await ha.getUser(connection)).is_owner);

let entities = {};
const unsubscribe = ha.subscribeEntities(connection, (now) => { entities = now; });
await attempt("subscribeEntities", () => until(() => entities[LAMP]));
await attempt("entitiesColl", async () => until(() => ha.entitiesColl(connection).state?.[LAMP]));
let config;
ha.subscribeConfig(connection, (now) => { config = now; });
await attempt("subscribeConfig", () => until(() => config?.time_zone));
let services;
ha.subscribeServices(connection, (now) => { services = now; });
await attempt("subscribeServices", () => until(() => services?.light));

const events = [];
const stop = await connection.subscribeEvents((event) => events.push(event), "state_changed");
await attempt("callService", async () => {
  const wanted = entities[LAMP].state === "on" ? "off" : "on";
  const done = await ha.callService(connection, "light", `turn_${wanted}`, {}, { entity_id: LAMP });
  const seen = await until(() => entities[LAMP].state === wanted && entities[LAMP]);
  return done.context.id && seen;
});
await attempt("subscribeEvents", () =>
  until(() => events.find((one) => one.data.entity_id === LAMP && one.data.new_state.state !== one.data.old_state.state)),
);
await attempt("unsubscribeEvents", async () => {
  await stop();
  const before = events.length;
  await ha.callService(connection, "light", "toggle", undefined, { entity_id: LAMP });
  await until(() => false, 500);
  return events.length === before;
});
await attempt("callService that there is not", () =>
  ha.callService(connection, "light", "explode", {}, { entity_id: LAMP }).then(() => false, (error) => error.code),
);
let rendered;
await attempt("subscribeMessage", async () => {
  const message = { type: "render_template", template: `{{ states('${LAMP}') }}` };
  const end = await connection.subscribeMessage((event) => { rendered = event.result; }, message);
  const found = await until(() => rendered !== undefined);
  await end();
  return found;
});
await attempt("subscribeMessage of a trigger", async () => {
  const fired = [];
  const trigger = { trigger: "state", entity_id: LAMP };
  const end = await connection.subscribeMessage((told) => fired.push(told), { type: "subscribe_trigger", trigger });
  await ha.callService(connection, "light", "toggle", undefined, { entity_id: LAMP });
  const found = await until(() => fired.find((one) => one.variables.trigger.to_state.entity_id === LAMP));
  await end();
  return found;
});
await attempt("subscribeMessage of a trigger that is none", () =>
  connection
    .subscribeMessage(() => undefined, { type: "subscribe_trigger", trigger: { trigger: "stat" } })
    .then(() => false, (error) => error.code === "invalid_format"),
);
await attempt("user data", async () => {
  const told = [];
  const end = await connection.subscribeMessage((one) => told.push(one.value), {
    type: "frontend/subscribe_user_data",
    key: "core",
  });
  const value = { showAdvanced: Date.now() };
  await connection.sendMessagePromise({ type: "frontend/set_user_data", key: "core", value });
  const found = await until(() => told.some((one) => one?.showAdvanced === value.showAdvanced));
  await end();
  return found;
});
const api = (path, body) =>
  fetch(`${process.env.HOME_URL}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${process.env.HOME_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
let phone;
await attempt("mobile_app registration", async () => {
  const said = { app_id: "org.example", app_name: "Example", app_version: "1", device_name: "Peer phone" };
  const more = { manufacturer: "x", model: "y", os_name: "z", app_data: { push_websocket_channel: true } };
  phone = await (await api("/api/mobile_app/registrations", { ...said, ...more })).json();
  return phone.webhook_id;
});
await attempt("mobile_app webhook", async () => {
  const say = (type, data) => api(`/api/webhook/${phone.webhook_id}`, { type, data });
  await say("register_sensor", { type: "sensor", unique_id: "steps", name: "Steps", state: 7 });
  const told = await (await say("update_sensor_states", [{ type: "sensor", unique_id: "steps", state: 8 }])).json();
  return told.steps.success && (await until(() => entities["sensor.peer_phone_steps"]?.state === "8"));
});
await attempt("mobile_app push channel", async () => {
  const told = [];
  const hook = { webhook_id: phone.webhook_id };
  const channel = { type: "mobile_app/push_notification_channel", ...hook, support_confirm: true };
  const end = await connection.subscribeMessage((one) => told.push(one), channel);
  await api("/api/calls/bridge/notify", { who: ["owner"], message: "Hello", title: "Peer" });
  const one = await until(() => told[0]);
  const confirm = { type: "mobile_app/push_notification_confirm", ...hook, confirm_id: one.hass_confirm_id };
  await connection.sendMessagePromise(confirm);
  await end();
  const { notifications } = await (await api("/api/calls/bridge/notifications", {})).json();
  return one.message === "Hello" && notifications[0].state === "delivered";
});
await attempt("event stream", async () => {
  const leave = new AbortController();
  const answer = await fetch(`${process.env.HOME_URL}/api/stream?restrict=doorbell`, {
    headers: { authorization: `Bearer ${process.env.HOME_TOKEN}` },
    signal: leave.signal,
  });
  await api("/api/events/doorbell", { door: "front" });
  let text = "";
  for await (const part of answer.body) {
    text += new TextDecoder().decode(part);
    if (text.includes("doorbell")) break;
  }
  leave.abort();
  return text.startsWith("data: ping\n\n") && text.includes('"door":"front"');
});
await attempt("sendMessagePromise", async () =>
  (await connection.sendMessagePromise({ type: "config/area_registry/list" })).some((one) => one.area_id === "office"),
);
await attempt("reconnect", async () => {
  let ready = false;
  connection.addEventListener("ready", () => { ready = true; });
  entities = {};
  connection.reconnect(true);
  return (await until(() => ready)) && (await until(() => entities[LAMP]));
});
await attempt("suspend and resume", async () => {
  connection.suspendReconnectUntil(Promise.resolve());
  connection.suspend();
  return (await until(() => connection.connected)) && (await ha.getConfig(connection)).version;
});
unsubscribe();
connection.close();
process.exit(0);
