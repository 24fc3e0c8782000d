// Is every document of a rendered manifest what Kubernetes knows? schema.mjs FILE: prints one line per problem, status 1.
//
// Two witnesses: kubernetes-models checks values against the JSON schemas (which allow unknown fields), and
// kubernetes-types with TypeScript refuses unknown fields (it reports them once the types are right).
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import yaml from 'js-yaml'
import ts from 'typescript'

// "apps/v1" and "v1" as the packages name their folders.
const group = (doc) => (doc.apiVersion.includes('/') ? doc.apiVersion : 'v1')
const typeGroup = (doc) => (doc.apiVersion.includes('/') ? doc.apiVersion : `core/${doc.apiVersion}`)

async function schemaProblems(doc) {
  const models = await import(`kubernetes-models/${group(doc)}`)
  if (!models[doc.kind]) return [`kind ${doc.kind} is not in ${doc.apiVersion}`]
  try {
    new models[doc.kind](doc).validate()
    return []
  } catch (err) {
    return [`${doc.kind}: ${err.message}`]
  }
}

function typeProblems(docs, dir) {
  const file = `${dir}/manifest.ts`
  const lines = docs.map((doc, i) =>
    `import type { ${doc.kind} as T${i} } from 'kubernetes-types/${typeGroup(doc)}'\n` +
    `export const d${i}: T${i} = ${JSON.stringify(doc, null, 1)}\n`)
  fs.writeFileSync(file, lines.join(''))
  const program = ts.createProgram([file], {
    strict: true, noEmit: true, types: [], module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022, skipLibCheck: true,
  })
  return ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, ' '))
}

const docs = yaml.loadAll(fs.readFileSync(process.argv[2], 'utf8')).filter(Boolean)
const problems = typeProblems(docs, path.dirname(fileURLToPath(import.meta.url)))
for (const doc of docs) problems.push(...(await schemaProblems(doc)))
if (!docs.length) problems.push('no document in the file')
for (const problem of problems) console.log(problem)
process.exitCode = problems.length ? 1 : 0
