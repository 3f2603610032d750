"""Documented configurations of cameras and images.

They are those of Home Assistant's documentation of each MQTT component, or follow its table of keys.
"""

from base64 import b64encode

from tests.home.documented import MOMENT, Case, Pictured, Seen

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(255 - one for one in range(256))

PICTURES = [
    Case(
        "location",
        "camera",
        {"name": "Locations", "topic": "zanzito/shared_locations/my-device"},
        "camera.locations",
        [
            Seen("x/y", "", "idle"),
            Pictured("zanzito/shared_locations/my-device", JPEG, "idle", "image/jpeg", JPEG),
            Pictured("zanzito/shared_locations/my-device", PNG, "idle", "image/png", PNG),
        ],
    ),
    Case(
        "base64",
        "camera",
        {
            "name": "Door",
            "topic": "door/cam",
            "image_encoding": "b64",
            "availability_topic": "door/there",
            "json_attributes_topic": "door/more",
        },
        "camera.door",
        [
            Seen("door/there", "online", "idle"),
            Pictured("door/cam", b64encode(JPEG), "idle", "image/jpeg", JPEG),
            Pictured("door/cam", b"no picture!", "idle", "image/jpeg", JPEG),
            Seen("door/more", '{"motion": true}', "idle", {"motion": True}),
        ],
    ),
    Case(
        "undecoded",
        "camera",
        {"name": "Raw", "topic": "raw/cam", "encoding": "", "unique_id": "raw"},
        "camera.raw",
        [Pictured("raw/cam", PNG, "idle", "image/png", PNG)],
    ),
    Case(
        "from_a_file",
        "image",
        {"name": "File", "image_topic": "mynas/status/file", "content_type": "image/png"},
        "image.file",
        [Seen("x/y", "", "unknown"), Pictured("mynas/status/file", PNG, MOMENT, "image/png", PNG)],
    ),
    Case(
        "from_a_url",
        "image",
        {"name": "Url", "url_topic": "mynas/status/url", "url_template": "{{ value_json.val }}"},
        "image.url",
        [
            Pictured(
                "mynas/status/url",
                b'{"val": "http://127.0.0.1/logo.png"}',
                MOMENT,
                url="http://127.0.0.1/logo.png",
            ),
            Pictured("mynas/status/url", b'{"val": "file:///etc/x"}', MOMENT, url="http://127.0.0.1/logo.png"),
        ],
    ),
    Case(
        "encoded",
        "image",
        {
            "name": "Encoded",
            "image_topic": "enc",
            "image_encoding": "b64",
            "availability": [{"topic": "enc/there"}],
        },
        "image.encoded",
        [
            Seen("enc/there", "online", "unknown"),
            Pictured("enc", b64encode(JPEG)[:76] + b"\n" + b64encode(JPEG)[76:], MOMENT, "image/jpeg", JPEG),
            Seen("enc/there", "offline", "unavailable"),
        ],
    ),
]
