// The viewer shows the document of this host.  Each visit gets an idempotency
// key of its own, so that the first payment that somebody tries is a new one.
'use strict';

(async () => {
    if (typeof SwaggerUIBundle !== 'function') {
        return;
    }
    const spec = await (await fetch('/openapi.json')).json();
    const random = crypto.getRandomValues(new Uint8Array(16));
    spec.components.parameters.IdempotencyKey.example =
        Array.from(random, (b) => b.toString(16).padStart(2, '0')).join('');

    // the title and the links stand above already
    delete spec.info.title;
    document.documentElement.classList.toggle('dark-mode',
        matchMedia('(prefers-color-scheme: dark)').matches);
    SwaggerUIBundle({
        spec,
        dom_id: '#viewer',
        deepLinking: true,
        displayRequestDuration: true,
        docExpansion: 'list',
        defaultModelsExpandDepth: 0,
        tryItOutEnabled: true,
        persistAuthorization: false,
        validatorUrl: null,
    });
    document.documentElement.classList.add('viewing');
})();
