"""Re-reads topics with librdkafka, which shares no code with Nightjar: witness.py BROKERS REQUEST

REQUEST is JSON: [{"topic": ..., "from": {"0": offset, ...}, "schema": FILE or null}, ...]. Prints a line of JSON for each message from
there to the present end: partition, offset, SHA-256 and, with a schema, what of the alert is compared.
"""

import hashlib, io, json, sys
from confluent_kafka import Consumer, TopicPartition
from fastavro import parse_schema, schemaless_reader

consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "witness", "enable.auto.commit": False, "auto.offset.reset": "error"})
known = consumer.list_topics(timeout=30).topics
for request in json.loads(sys.argv[2]):
    topic = request["topic"]
    if topic not in known:
        continue
    schema = parse_schema(json.load(open(request["schema"]))) if request["schema"] else None
    waiting, places = {}, []
    for partition in known[topic].partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
        start = int(request["from"].get(str(partition), 0))
        if max(start, low) < high:
            waiting[partition] = high
            places.append(TopicPartition(topic, partition, max(start, low)))
    consumer.assign(places)
    while waiting:
        message = consumer.poll(30)
        if message is None:
            raise SystemExit(f"{topic}: nothing came for 30 s, waiting for {waiting}")
        if message.error():
            raise SystemExit(str(message.error()))
        partition, offset, value = message.partition(), message.offset(), message.value() or b""
        line = {"topic": topic, "partition": partition, "offset": offset, "sha256": hashlib.sha256(value).hexdigest()}
        if schema:
            alert = schemaless_reader(io.BytesIO(value[10:]), schema)
            headers = {name: text.decode() for name, text in message.headers() or []}
            line.update({name: alert[name] for name in ("survey", "alertId", "objectId", "ra", "dec", "mjd", "psfFlux", "band")})
            line.update(batch=headers.get("batch", ""), again="again" in headers, points=len(alert["photometry"]))
        print(json.dumps(line))
        if offset + 1 >= waiting.get(partition, 0):
            waiting.pop(partition, None)
    consumer.unassign()
consumer.close()
