"""Who is announced: configs that move from topic to topic, and the ids that makers wish for."""

from tests.home.stage import Stage


async def test_single_configs_move_to_a_bundle_without_a_blink_and_back_again(stage: Stage) -> None:
    own = {"state_topic": "foo/1", "unique_id": "bla_sensor001"}
    device, single = {"identifiers": ["0AFFD2"]}, "0AFFD2/bla1"
    await stage.announce("sensor", {"name": "Old name", **own, "device": device}, single)
    await stage.report("foo/1", "7")
    asked = {"entity": "sensor.old_name", "id": "sensor.mine", "name": "Mine"}
    await stage.process.calls.ask("home", "edit_entity", asked)
    await stage.quiet()
    stage.history.clear()
    await stage.announce("sensor", '{"migrate_discovery": true}', single)
    assert set(stage.configs) == {"sensor.mine"}
    cmps = {"bla1": {"p": "sensor", **own, "name": "New name", "default_entity_id": "sensor.wished"}}
    bundle = {"device": device, "o": {"name": "x"}, "cmps": cmps}
    await stage.announce("device", bundle, "0AFFD2")
    assert stage.configs["sensor.mine"].name == "New name", "at once: the single config may be left where it is"
    await stage.announce("sensor", "", single)
    assert {id: config.name for id, config in stage.configs.items()} == {"sensor.mine": "New name"}
    await stage.announce("device", '{"migrate_discovery": true}', "0AFFD2")
    await stage.announce("sensor", {"name": "Old name", **own, "device": device}, single)
    await stage.announce("device", "", "0AFFD2")
    assert {id: config.name for id, config in stage.configs.items()} == {"sensor.mine": "Old name"}
    assert stage.states["sensor.mine"].state == "7"
    assert all(state is not None and state.state == "7" for _, state in stage.history), "nobody saw it go"
    assert stage.home.refusals.entries == {}
    await stage.announce("sensor", '{"migrate_discovery": true}', single)
    await stage.announce("sensor", "", single)
    assert stage.configs == {}, "announced nowhere else, so it is gone"


async def test_the_id_that_a_maker_wishes_counts_for_new_entities_only(stage: Stage) -> None:
    fields = {"name": "A", "command_topic": "a", "unique_id": "a", "device": {"identifiers": ["x"], "name": "Box"}}
    await stage.announce("switch", {**fields, "default_entity_id": "switch.wished", "object_id": "older"}, "a")
    await stage.announce("switch", {**fields, "unique_id": "b", "object_id": "Older Wish"}, "b")
    await stage.announce("switch", {**fields, "unique_id": "c", "default_entity_id": "switch.wished"}, "c")
    wished = {"switch.wished", "switch.older_wish", "switch.wished_2"}
    assert set(stage.configs) == wished
    await stage.announce("switch", {**fields, "default_entity_id": "switch.other"}, "a")
    assert set(stage.configs) == wished


async def test_attributes_of_a_topic_that_is_named_no_more_go(stage: Stage) -> None:
    fields = {"name": "A", "command_topic": "a/set", "state_topic": "a", "unique_id": "a"}
    await stage.announce("switch", fields | {"json_attributes_topic": "a/more"})
    await stage.report("a/more", '{"signal": 5}')
    await stage.announce("switch", fields | {"json_attributes_topic": "a/more", "icon": "mdi:x"})
    assert stage.states["switch.a"].attributes == {"signal": 5}
    await stage.announce("switch", fields)
    assert stage.states["switch.a"].attributes == {}
