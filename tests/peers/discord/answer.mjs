// answer.mjs - what a REST handler throws or returns.

export class Refusal extends Error {
  constructor(status, code, message, { errors, html, headers, quiet } = {}) {
    super(message)
    Object.assign(this, { status, code, errors, html, headers, quiet })
  }

  body() {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      code: this.code
    }
  }
}

export const refuse = (status, code, message, more) => {
  throw new Refusal(status, code, message, more)
}
export const invalidBody = (errors) => refuse(400, 50035, 'Invalid Form Body', { errors })

// What the edge network in front of Discord says, without our headers.
export const htmlPage = (title) =>
  '<!DOCTYPE html><html><head><title>' +
  title +
  '</title></head><body><h1>' +
  title +
  '</h1><p>cloudflare</p></body></html>'
