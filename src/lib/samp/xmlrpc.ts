/** A value of XML-RPC as SAMP uses it: text, lists and maps. */
export type XmlRpcValue = string | readonly XmlRpcValue[] | { readonly [name: string]: XmlRpcValue };

const escaped = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');

function write(value: XmlRpcValue): string {
	if (typeof value === 'string') return `<value><string>${escaped(value)}</string></value>`;
	if (Array.isArray(value)) return `<value><array><data>${value.map(write).join('')}</data></array></value>`;
	const members = Object.entries(value).map(
		([name, member]) => `<member><name>${escaped(name)}</name>${write(member)}</member>`,
	);
	return `<value><struct>${members.join('')}</struct></value>`;
}

/** The document that calls a method (xmlrpc.com specification, strings, arrays and structs alone). */
export function writeCall(method: string, params: readonly XmlRpcValue[]): string {
	const given = params.map((value) => `<param>${write(value)}</param>`).join('');
	return `<?xml version="1.0"?><methodCall><methodName>${escaped(method)}</methodName><params>${given}</params></methodCall>`;
}

const childrenOf = (node: Element, name: string): Element[] =>
	[...node.children].filter((child) => child.tagName === name);

function read(value: Element): XmlRpcValue {
	const [typed] = value.children;
	if (typed === undefined) return value.textContent;
	if (typed.tagName === 'array') {
		return [...typed.children].flatMap((data) => childrenOf(data, 'value').map(read));
	}
	if (typed.tagName === 'struct') {
		return Object.fromEntries(
			childrenOf(typed, 'member').map((member) => {
				const [name] = childrenOf(member, 'name');
				const [held] = childrenOf(member, 'value');
				return [name?.textContent ?? '', held === undefined ? '' : read(held)];
			}),
		);
	}
	return typed.textContent;
}

/** The value in an answer; throws what a fault says, and for a document that is none. For browsers: needs DOMParser. */
export function readResponse(text: string): XmlRpcValue {
	const document = new DOMParser().parseFromString(text, 'text/xml');
	const fault = document.querySelector('methodResponse > fault > value');
	if (fault !== null) {
		const said = read(fault);
		const reason = typeof said === 'object' && 'faultString' in said ? said.faultString : '';
		throw new Error(typeof reason === 'string' && reason !== '' ? reason : 'The hub refused.');
	}
	const value = document.querySelector('methodResponse > params > param > value');
	if (value === null) throw new Error('What answered is no SAMP hub.');
	return read(value);
}
