"""Reads alerts of Nightjar from a Kafka topic: python consumer.py TOPIC. Needs confluent-kafka and fastavro.

NIGHTJAR_BROKERS names the brokers, NIGHTJAR_SCHEMAS the place of the schemas (a portal, or a folder as file:///...).
It goes on where GROUP stopped, and commits the offset of an alert after it was handled.
"""
import io, json, os, sys, urllib.request
from confluent_kafka import Consumer
from fastavro import parse_schema, schemaless_reader

SCHEMAS = os.environ.get("NIGHTJAR_SCHEMAS", "http://127.0.0.1:3000/schemas")
brokers, group = os.environ.get("NIGHTJAR_BROKERS", "127.0.0.1:9092"), os.environ.get("GROUP", "my-consumer")
consumer = Consumer({"bootstrap.servers": brokers, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe([sys.argv[1]])
known = {}  # schemas by name; a new version of Nightjar may bring another one

def decode(message):
    name = dict(message.headers())["schema"].decode()
    if name not in known:
        known[name] = parse_schema(json.load(urllib.request.urlopen(f"{SCHEMAS}/{name}.avsc")))
    return schemaless_reader(io.BytesIO(message.value()[10:]), known[name])  # 10 bytes: Avro's single-object header

def handle(alert):
    print(alert["survey"], alert["alertId"], alert["objectId"], alert["mjd"], alert["mag"], *alert["tags"])

idle = float(os.environ.get("IDLE_SECONDS", "inf"))  # ends after so long without an alert
while (message := consumer.poll(min(idle, 3600))) is not None or idle == float("inf"):
    if message is not None and not message.error():
        handle(decode(message))
        consumer.commit(message, asynchronous=True)
consumer.close()
