// Widgets that only show: the picture of a camera or an image, and how far an installation has come.

import { el, setAttribute } from "/dom.js";
import { isReachable } from "/words.js";

/** The picture of a camera or an image; a camera's is fetched anew while somebody can see it. */
export class Picture {
  constructor(row, id) {
    this.id = id;
    this.image = el("img", { alt: "", decoding: "async" });
    this.none = el("p", { class: "quiet", text: "No picture yet", hidden: true });
    this.root = el("div", { class: "picture" }, this.image, this.none);
    this.image.addEventListener("error", () => this.show(false));
    this.image.addEventListener("load", () => this.show(Boolean(this.stamp)));
    if (row.every) this.timer = setInterval(() => this.again(), row.every);
  }

  show(there) {
    setAttribute(this.image, "hidden", !there);
    setAttribute(this.none, "hidden", there);
  }

  again() {
    if (!this.root.isConnected) clearInterval(this.timer);
    const inSight = this.root.checkVisibility({ contentVisibilityAuto: true });
    if (this.stamp && inSight && document.visibilityState === "visible") this.fetch();
  }

  /** Under a new address each time: the same one would not be fetched again. */
  fetch() {
    const [domain] = this.id.split(".");
    setAttribute(this.image, "src", `/api/${domain}_proxy/${encodeURIComponent(this.id)}?at=${Date.now()}`);
  }

  update(entity, name) {
    setAttribute(this.image, "alt", name);
    const known = isReachable(entity) && entity.state !== "unknown";
    if (known && this.stamp !== entity.state) this.fetch();
    if (!known) this.show(false);
    this.stamp = known ? entity.state : null;
  }
}

/** How far an installation has come. */
export class Progress {
  constructor() {
    this.bar = el("progress", { max: 100 });
    this.root = el("div", { class: "progress" }, this.bar);
  }

  update(entity, name) {
    const { in_progress: busy, update_percentage: part } = entity.attributes;
    setAttribute(this.root, "hidden", !busy);
    setAttribute(this.bar, "value", part ?? null);
    setAttribute(this.bar, "aria-label", `Progress of ${name}`);
  }
}
