import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Address blocks that are no host of the public internet (IANA special-purpose registries, RFC 6890 and its updates). */
const IPV4: readonly (readonly [string, number])[] = [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.88.99.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
];

/** Within 2000::/3, the only block of public hosts: what is none after all, or wraps an IPv4 address that could be any (Teredo, 6to4). */
const IPV6: readonly (readonly [string, number])[] = [
	['2001::', 23],
	['2001:db8::', 32],
	['2002::', 16],
	['3fff::', 20],
];

const reserved = new BlockList();
for (const [address, bits] of IPV4) reserved.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of IPV6) reserved.addSubnet(address, bits, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address, as written by a resolver, is a host of the public internet. Anything else is not, whatever it is. */
export function isPublicAddress(address: string): boolean {
	if (isIPv4(address)) return !reserved.check(address, 'ipv4');
	// mapped IPv4 (::ffff:...), NAT64, loopback, local and multicast ones lie outside the block of public hosts
	return (
		isIPv6(address) && !address.includes('%') && global6.check(address, 'ipv6') && !reserved.check(address, 'ipv6')
	);
}
