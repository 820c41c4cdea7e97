/** How a program sends the token, without the token in it. */
export const SNIPPETS: readonly { readonly language: string; readonly code: (server: string) => string }[] = [
	{
		language: 'curl',
		code: (server) =>
			`curl -H "Authorization: Bearer $NIGHTJAR_TOKEN" "${server}/alerts?format=csv&magMax=18" -o alerts.csv`,
	},
	{
		language: 'Python',
		code: (server) => `import os, urllib.request

request = urllib.request.Request(
    "${server}/alerts?format=csv&magMax=18",
    headers={"Authorization": "Bearer " + os.environ["NIGHTJAR_TOKEN"]},
)
with urllib.request.urlopen(request) as answer:
    print(answer.read().decode())`,
	},
	{
		language: 'JavaScript',
		code: (server) => `const answer = await fetch('${server}/alerts?format=csv&magMax=18', {
  headers: { authorization: \`Bearer \${process.env.NIGHTJAR_TOKEN}\` },
});
console.log(await answer.text());`,
	},
];
