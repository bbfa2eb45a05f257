/*
 * The books of the example: a file for each attempt and for each charge.
 * njs 0.7 has no dictionary that requests share.  Nothing here waits, and the
 * example runs with one worker process: what a handler does without `await`
 * is done before another request is looked at.
 */

import fs from 'fs';

function directory(r) {
    return `${r.variables.document_root}/books`;
}

function file(r, name) {
    return `${directory(r)}/${name}.json`;
}

/* name: an attempt's key or a charge's reference.  Out: null if unknown */
function read(r, name) {
    try {
        return JSON.parse(fs.readFileSync(file(r, name), 'utf8'));

    } catch (e) {
        return null;
    }
}

/* the new file replaces the old one at once, or not at all */
function write(r, name, entry) {
    const path = file(r, name);

    fs.writeFileSync(`${path}.new`, JSON.stringify(entry));
    fs.renameSync(`${path}.new`, path);
}

function remove(r, name) {
    fs.unlinkSync(file(r, name));
}

/* all whose names begin so, in no order */
function all(r, prefix) {
    return fs.readdirSync(directory(r))
             .filter((name) => name.startsWith(prefix)
                               && name.endsWith('.json'))
             .map((name) => read(r, name.slice(0, -5)));
}

export default { read, write, remove, all };
