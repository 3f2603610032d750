// Entities for tests, as the bridge tells them.

import type { Entity } from "../source/model/entity.js";

export function entity(entity_id: string, state: string, attributes: Entity["attributes"] = {}, more: Partial<Entity> = {}): Entity {
  const time = "2026-01-05T07:00:00+00:00";
  return {
    entity_id, state, attributes: { friendly_name: entity_id, ...attributes }, last_changed: time, last_updated: time,
    area: null, device: null, category: null, hidden: false, services: [], context: "", ...more,
  };
}
