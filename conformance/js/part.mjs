// How a suite tells its runner what its client did of the job; the same lines as conformance/go/part.

let failed = false

function say(name, how, text = '') {
  console.log(`part: ${name} ${how} ${String(text).replaceAll('\n', ' ')}`.trim())
}

// part runs one part. What it throws makes it red, and the others go on.
export async function part(name, how, f) {
  try {
    await f()
    say(name, how)
  } catch (e) {
    failed = true
    say(name, 'red', `${e.message} ${e.stack?.split('\n').find((l) => l.includes('file://')) ?? ''}`)
  }
}

export const none = (name, why) => say(name, 'none', why)

export function want(ok, says) {
  if (!ok) throw new Error(says)
}

export function same(got, expected, what) {
  want(JSON.stringify(got) === JSON.stringify(expected), `${what} is ${JSON.stringify(got)}, want ${JSON.stringify(expected)}`)
}

// refused wants a call to end with a status and a message that begins so, as this client's own kind of error.
export async function refused(call, status, message) {
  try {
    await call
  } catch (e) {
    same(e.name, 'HttpError', 'the error')
    same(e.status, status, `the status of "${e.message}"`)
    const text = e.response.data.message
    want(text.startsWith(message), `the message is ${text}, want ${message}`)
    return e.response.data
  }
  throw new Error(`was not refused with ${status} ${message}`)
}

export function env(name) {
  const v = process.env[name]
  want(v, `${name} is not set: suites are run by conformance/run`)
  return v
}

export const finish = () => process.exit(failed ? 1 : 0)
