import { FramedDecoder, isFramed, type SchemaPlaces } from './confluent.ts';
import { ContainerDecoder, isContainer } from './ocf.ts';
import { DecodeError, type DecodedPacket } from './packet.ts';

/** Bytes of one packet to records. Keeps compiled schemas; one per worker. */
export interface Decoder {
	/**
	 * All records of the packet in order: record i has the packet's offset + i.
	 * A promise only while a schema is fetched. Throws DecodeError for a bad packet (its `before` holds the good records
	 * ahead of the bad place) and RegistryError when the schema registry does not answer.
	 */
	decode(packet: { readonly bytes: Uint8Array }): DecodedPacket[] | Promise<DecodedPacket[]>;
}

/** A decoder of Avro containers and of Confluent-framed packets. */
export function createDecoder(places: SchemaPlaces): Decoder {
	const containers = new ContainerDecoder();
	const framed = new FramedDecoder(places);
	return {
		decode: ({ bytes }) => {
			const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
			if (isContainer(buffer)) return containers.decode(buffer);
			if (isFramed(buffer)) return framed.decode(buffer);
			throw new DecodeError('unreadable', 'The bytes are neither an Avro container nor a packet with a schema id.');
		},
	};
}
