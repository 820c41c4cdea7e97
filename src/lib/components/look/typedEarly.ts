/** Boxes that hold text as it is typed; of a slider or a choice the start says nothing of what was done to it. */
const TEXT = /^(text|search|email|url|tel|number|password|date|time|datetime-local|month|textarea)$/;

/**
 * Remembers what is typed in the page as the server sent it, before its script runs and puts back the values that the page began with; the
 * answer writes it in again and tells the page, as if it were typed just then.
 */
export function typedEarly(root: ParentNode): () => void {
	const typed = [...root.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')]
		.filter((box) => TEXT.test(box.type) && box.value !== box.defaultValue)
		.map((box) => ({ box, value: box.value }));
	return () => {
		for (const { box, value } of typed) {
			if (!box.isConnected || box.value === value) continue;
			box.value = value;
			box.dispatchEvent(new Event('input', { bubbles: true }));
		}
	};
}
