// Programs that read a stream of alerts, as a reader can paste and run them. None holds a secret: logins come from the environment.

/** Languages in which they are given. */
export const STREAM_LANGUAGES = ['Python', 'JavaScript', 'Java', 'curl'] as const;
export type StreamLanguage = (typeof STREAM_LANGUAGES)[number];

/** Ways to read a stream: a night by pages, as it happens, as a feed, from Kafka. */
export const STREAM_WAYS = ['hits', 'live', 'feed', 'kafka'] as const;
export type StreamWay = (typeof STREAM_WAYS)[number];

/** How readers connect to the brokers. */
export interface KafkaSecurity {
	/** `PLAIN`, `SCRAM-SHA-512`; null where no login is wanted. */
	readonly mechanism: string | null;
	readonly tls: boolean;
}

/** What is read. */
export interface StreamSource {
	/** Where the portal is: `https://nightjar.example`. */
	readonly server: string;
	/** The survey whose every alert is read, or null. */
	readonly survey: string | null;
	/** Id of the filter whose hits are read, or null. */
	readonly filterId: string | null;
	/** YYYY-MM-DD, of the night that is read by pages. */
	readonly night: string;
	/** Sky that was asked for, or null for the portal's own. */
	readonly origin: string | null;
	/** Kafka's name of the topic. */
	readonly kafkaTopic: string;
	/** Some brokers, `host:port,host:port`. */
	readonly brokers: string;
	readonly security: KafkaSecurity;
	/** Path of the schema without its name: `/schemas`. */
	readonly schemas: string;
}

function addressOf(source: StreamSource, path: string, parameters: Readonly<Record<string, string | null>>): string {
	const url = new URL(`${source.server}/api/v1${path}`);
	for (const [name, value] of Object.entries({ ...parameters, origin: source.origin })) {
		if (value !== null) url.searchParams.set(name, value);
	}
	return url.href;
}

function hitsAddress(source: StreamSource, more: Readonly<Record<string, string>>): string {
	const { filterId, survey, night } = source;
	return filterId === null
		? addressOf(source, '/alerts', { survey, night, ...more })
		: addressOf(source, `/filters/${filterId}/hits`, { night, ...more });
}

function liveAddress(source: StreamSource): string {
	const { filterId, survey } = source;
	return addressOf(source, '/stream', filterId === null ? { survey } : { filter: filterId });
}

const feedAddress = (source: StreamSource): string => addressOf(source, `/filters/${source.filterId ?? ''}/feed`, {});

/** A text as a string literal of JavaScript, Python and Java alike. */
const literal = (text: string): string => JSON.stringify(text);
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const FIELDS = 'alertId,objectId,mjd,ra,dec,band,mag,magErr';

function hitsCode(language: StreamLanguage, source: StreamSource): string {
	const pages = literal(hitsAddress(source, { limit: '500' }));
	const file = hitsAddress(source, { fields: FIELDS, format: 'csv' });
	const isFilter = source.filterId !== null;
	switch (language) {
		case 'Python':
			return `import json, urllib.parse, urllib.request

url = ${pages}
cursor = ""
while cursor is not None:
    page = url + ("&cursor=" + urllib.parse.quote(cursor) if cursor else "")
    with urllib.request.urlopen(page) as answer:
        found = json.load(answer)
    for ${isFilter ? 'hit in found["rows"]:\n        alert = hit["alert"]' : 'alert in found["rows"]:'}
        print(alert["alertId"], alert["objectId"], alert["mjd"], alert["band"], alert["mag"]${isFilter ? ', hit["annotations"]' : ''})
    cursor = found["nextCursor"]
`;
		case 'JavaScript':
			return `// Node 20 or newer: node hits.mjs
const url = ${pages};
for (let cursor = ''; cursor !== null; ) {
  const answer = await fetch(cursor === '' ? url : url + '&cursor=' + encodeURIComponent(cursor));
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.detail);
  for (const ${isFilter ? '{ alert, annotations }' : 'alert'} of found.rows) {
    console.log(alert.alertId, alert.objectId, alert.mjd, alert.band, alert.mag${isFilter ? ', annotations' : ''});
  }
  cursor = found.nextCursor;
}
`;
		case 'Java':
			return `// Java 17 or newer: java Hits.java
import java.net.URI;
import java.net.http.*;

public class Hits {
    public static void main(String[] words) throws Exception {
        var address = URI.create(${literal(file)});
        var answer = HttpClient.newHttpClient().send(
            HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofLines());
        if (answer.statusCode() != 200) throw new IllegalStateException(answer.body().toList().toString());
        answer.body().skip(1).forEach(line -> {
            String[] cells = line.split(",", -1);
            System.out.println(cells[0] + " " + cells[1] + " " + cells[2] + " " + cells[5] + " " + cells[6]);
        });
    }
}
`;
		case 'curl':
			return `curl --fail --silent --show-error ${quoted(file)}\n`;
	}
}

function liveCode(language: StreamLanguage, source: StreamSource): string {
	const url = liveAddress(source);
	const isFilter = source.filterId !== null;
	switch (language) {
		case 'Python':
			return `import json, time, urllib.request

url = ${literal(url)}
last = ""  # keep it in a file: a reader that comes back with it misses nothing
while True:
    try:
        request = urllib.request.Request(url, headers={"Last-Event-ID": last} if last else {})
        with urllib.request.urlopen(request, timeout=60) as stream:
            number = last
            for line in stream:
                word, _, value = line.decode().rstrip("\\n").partition(": ")
                if word == "id":
                    number = value
                elif word == "data":
                    for ${isFilter ? 'hit in json.loads(value).get("hits", []):\n                        alert = hit["alert"]' : 'alert in json.loads(value).get("alerts", []):'}
                        print(alert["alertId"], alert["objectId"], alert["mjd"], alert["band"], alert["mag"]${isFilter ? ', hit["annotations"]' : ''}, flush=True)
                elif word == "":
                    last = number
    except OSError as error:
        print(error)
    time.sleep(2)
`;
		case 'JavaScript':
			return `// Node 20 or newer: node live.mjs. In a browser, new EventSource(url) does the same.
const url = ${literal(url)};
let last = ''; // keep it in a file: a reader that comes back with it misses nothing
for (;;) {
  try {
    const answer = await fetch(url, { headers: last === '' ? {} : { 'last-event-id': last } });
    if (!answer.ok) throw new Error((await answer.json()).detail);
    let rest = '';
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + text).split('\\n\\n');
      rest = events.pop();
      for (const event of events) {
        const lines = event.split('\\n');
        const member = (word) => lines.find((line) => line.startsWith(word + ': '))?.slice(word.length + 2);
        for (const ${isFilter ? "{ alert, annotations } of JSON.parse(member('data') ?? '{}').hits" : "alert of JSON.parse(member('data') ?? '{}').alerts"} ?? []) {
          console.log(alert.alertId, alert.objectId, alert.mjd, alert.band, alert.mag${isFilter ? ', annotations' : ''});
        }
        last = member('id') ?? last;
      }
    }
  } catch (error) {
    console.error(error.message);
  }
  await new Promise((resolve) => setTimeout(resolve, 2000));
}
`;
		case 'Java':
			return `// Java 17 or newer: java Live.java. Each line it prints is the JSON of some ${isFilter ? 'hits' : 'alerts'}.
import java.io.*;
import java.net.URI;
import java.net.http.*;

public class Live {
    public static void main(String[] words) throws Exception {
        var client = HttpClient.newHttpClient();
        String last = ""; // keep it in a file: a reader that comes back with it misses nothing
        while (true) {
            var request = HttpRequest.newBuilder(URI.create(${literal(url)}));
            if (!last.isEmpty()) request.header("Last-Event-ID", last);
            try {
                var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
                if (answer.statusCode() != 200) throw new IOException("the portal answers " + answer.statusCode());
                String number = last, event = "";
                for (var lines = answer.body().iterator(); lines.hasNext(); ) {
                    String line = lines.next();
                    if (line.startsWith("id: ")) number = line.substring(4);
                    else if (line.startsWith("event: ")) event = line.substring(7);
                    else if (line.startsWith("data: ") && event.equals("${isFilter ? 'hits' : 'alerts'}")) System.out.println(line.substring(6));
                    else if (line.isEmpty()) last = number;
                }
            } catch (IOException | UncheckedIOException error) {
                System.err.println(error.getMessage());
            }
            Thread.sleep(2000);
        }
    }
}
`;
		case 'curl':
			return `# each event has an id: send the last one with --header 'Last-Event-ID: ...' and nothing is missed
curl --fail --silent --show-error --no-buffer ${quoted(url)}
`;
	}
}

function feedCode(language: StreamLanguage, source: StreamSource): string {
	const url = feedAddress(source);
	switch (language) {
		case 'Python':
			return `import urllib.request, xml.etree.ElementTree as xml

ATOM = "{http://www.w3.org/2005/Atom}"
with urllib.request.urlopen(${literal(url)}) as answer:
    feed = xml.parse(answer).getroot()
for entry in feed.iter(ATOM + "entry"):
    print(entry.findtext(ATOM + "updated"), entry.findtext(ATOM + "title"), entry.find(ATOM + "link").get("href"))
`;
		case 'JavaScript':
			return `// Node 20 or newer: node feed.mjs. For more than this, give the feed to any library that reads Atom.
const answer = await fetch(${literal(url)});
if (!answer.ok) throw new Error((await answer.json()).detail);
for (const [, entry] of (await answer.text()).matchAll(/<entry>(.*?)<\\/entry>/gs)) {
  const text = (name) => new RegExp('<' + name + '>(.*?)</' + name + '>', 's').exec(entry)?.[1];
  console.log(text('updated'), text('title'), /<link rel="alternate"[^>]* href="([^"]*)"/.exec(entry)?.[1]);
}
`;
		case 'Java':
			return `// Java 17 or newer: java Feed.java
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

public class Feed {
    public static void main(String[] words) throws Exception {
        var feed = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(
            ${literal(url)});
        var entries = feed.getElementsByTagName("entry");
        for (int i = 0; i < entries.getLength(); i++) {
            var entry = (Element) entries.item(i);
            var link = (Element) entry.getElementsByTagName("link").item(0);
            System.out.println(text(entry, "updated") + " " + text(entry, "title") + " " + link.getAttribute("href"));
        }
    }

    static String text(Element entry, String name) {
        return entry.getElementsByTagName(name).item(0).getTextContent();
    }
}
`;
		case 'curl':
			return `# asks again only for what is new
curl --fail --silent --show-error --etag-save feed.etag --etag-compare feed.etag --output feed.xml ${quoted(url)}
`;
	}
}

/** What the programs say about the login: the words of the head, and the settings of each language. */
function securityOf({ mechanism, tls }: KafkaSecurity): {
	head: string;
	python: string;
	javaScript: string;
	java: string;
} {
	const protocol = `${mechanism === null ? '' : 'SASL_'}${tls ? 'SSL' : 'PLAINTEXT'}`;
	const isPlain = protocol === 'PLAINTEXT';
	const named = mechanism ?? '';
	const module = named === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
	return {
		head: mechanism === null ? '' : '; the login stands in KAFKA_USER and KAFKA_PASSWORD',
		python:
			(isPlain ? '' : `\n    "security.protocol": "${protocol}",`) +
			(mechanism === null
				? ''
				: `
    "sasl.mechanism": "${named}",
    "sasl.username": os.environ["KAFKA_USER"],
    "sasl.password": os.environ["KAFKA_PASSWORD"],`),
		javaScript:
			(tls ? '\n  ssl: true,' : '') +
			(mechanism === null
				? ''
				: `
  sasl: { mechanism: '${named.toLowerCase()}', username: process.env.KAFKA_USER, password: process.env.KAFKA_PASSWORD },`),
		java:
			(isPlain ? '' : `\n        settings.put("security.protocol", "${protocol}");`) +
			(mechanism === null
				? ''
				: `
        settings.put("sasl.mechanism", "${named}");
        settings.put("sasl.jaas.config", "org.apache.kafka.common.security.${module} required username=\\""
            + System.getenv("KAFKA_USER") + "\\" password=\\"" + System.getenv("KAFKA_PASSWORD") + "\\";");`),
	};
}

function kafkaCode(language: StreamLanguage, source: StreamSource): string {
	const { kafkaTopic, brokers, server, schemas } = source;
	const security = securityOf(source.security);
	const place = literal(`${server}${schemas}/`);
	switch (language) {
		case 'Python':
			return `# pip install confluent-kafka fastavro${security.head}
import io, json, ${security.head === '' ? '' : 'os, '}urllib.request
from confluent_kafka import Consumer
from fastavro import parse_schema, schemaless_reader

consumer = Consumer({
    "bootstrap.servers": ${literal(brokers)},
    "group.id": "my-group",  # the broker keeps your place under this name
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,${security.python}
})
consumer.subscribe([${literal(kafkaTopic)}])
schemas = {}
while True:
    message = consumer.poll(1)
    if message is None or message.error():
        continue
    name = dict(message.headers())["schema"].decode()
    if name not in schemas:
        schemas[name] = parse_schema(json.load(urllib.request.urlopen(${place} + name + ".avsc")))
    # 10 bytes: the head of Avro's single-object encoding
    alert = schemaless_reader(io.BytesIO(message.value()[10:]), schemas[name])
    print(alert["alertId"], alert["objectId"], alert["mjd"], alert["band"], alert["mag"], [hit["annotations"] for hit in alert["hits"]])
    consumer.commit(message)
`;
		case 'JavaScript':
			return `// npm install kafkajs avsc${security.head}
import avro from 'avsc';
import { Kafka } from 'kafkajs';

const kafka = new Kafka({
  clientId: 'my-client',
  brokers: ${JSON.stringify(brokers.split(','))},${security.javaScript}
});
const consumer = kafka.consumer({ groupId: 'my-group' }); // the broker keeps your place under this name
const types = new Map();
async function typeOf(name) {
  if (!types.has(name)) types.set(name, avro.Type.forSchema(await (await fetch(${place} + name + '.avsc')).json()));
  return types.get(name);
}
await consumer.connect();
await consumer.subscribe({ topic: ${literal(kafkaTopic)}, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const type = await typeOf(String(message.headers.schema));
    const alert = type.fromBuffer(message.value.subarray(10)); // 10 bytes: the head of Avro's single-object encoding
    console.log(alert.alertId, alert.objectId, alert.mjd, alert.band, alert.mag, alert.hits.map((hit) => hit.annotations));
  },
});
`;
		case 'Java':
			return `// org.apache.kafka:kafka-clients and org.apache.avro:avro${security.head}
import java.net.URI;
import java.time.Duration;
import java.util.*;
import org.apache.avro.Schema;
import org.apache.avro.generic.*;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.serialization.*;

public class Alerts {
    public static void main(String[] words) throws Exception {
        var settings = new Properties();
        settings.put("bootstrap.servers", ${literal(brokers)});
        settings.put("group.id", "my-group"); // the broker keeps your place under this name
        settings.put("auto.offset.reset", "earliest");${security.java}
        var decoders = new HashMap<String, BinaryMessageDecoder<GenericRecord>>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(${literal(kafkaTopic)}));
            while (true) {
                for (var message : consumer.poll(Duration.ofSeconds(1))) {
                    var name = new String(message.headers().lastHeader("schema").value());
                    if (!decoders.containsKey(name)) decoders.put(name, decoder(name));
                    GenericRecord alert = decoders.get(name).decode(message.value());
                    System.out.println(alert.get("alertId") + " " + alert.get("objectId") + " " + alert.get("mjd")
                        + " " + alert.get("band") + " " + alert.get("mag") + " " + alert.get("hits"));
                }
            }
        }
    }

    static BinaryMessageDecoder<GenericRecord> decoder(String name) throws Exception {
        try (var text = URI.create(${place} + name + ".avsc").toURL().openStream()) {
            return new BinaryMessageDecoder<>(GenericData.get(), new Schema.Parser().parse(text));
        }
    }
}
`;
		case 'curl':
			return `# curl speaks no Kafka: the nightjar command does, and writes JSON, CSV or Avro
nightjar consume ${kafkaTopic} --brokers ${brokers} --group my-group --format csv
`;
	}
}

/** A program that reads a stream in a way; it runs as pasted. */
export function streamCode(way: StreamWay, language: StreamLanguage, source: StreamSource): string {
	switch (way) {
		case 'hits':
			return hitsCode(language, source);
		case 'live':
			return liveCode(language, source);
		case 'feed':
			return feedCode(language, source);
		case 'kafka':
			return kafkaCode(language, source);
	}
}

/** Under which name a program is saved, where that matters. */
export function fileNameOf(way: StreamWay, language: StreamLanguage): string {
	const name = { hits: 'Hits', live: 'Live', feed: 'Feed', kafka: 'Alerts' }[way];
	switch (language) {
		case 'Python':
			return `${name.toLowerCase()}.py`;
		case 'JavaScript':
			return `${name.toLowerCase()}.mjs`;
		case 'Java':
			return `${name}.java`;
		case 'curl':
			return 'shell';
	}
}
