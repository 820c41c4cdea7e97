declare module '*.avsc?raw' {
	const text: string;
	export default text;
}
