"""The stack that this module replaces, made fair: FastAPI, asyncpg, Redis.

The same API key check, the same validation of the body, the same SQL function and
therefore the same rows, answers to retries out of Redis first.  One call for each
request, since that is what an application server does.

Environment: PEER_DSN, PEER_REDIS, PEER_POOL (connections of a worker), PEER_POOLER
(set: PgBouncer is in between, no prepared statements).
"""

import hashlib
import json
import os
import re
import secrets
import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import Dict, Literal, Optional

import asyncpg
import redis.asyncio as redis
from fastapi import FastAPI, Header, Request, Response
from pydantic import BaseModel, conint, constr

CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
app = FastAPI(openapi_url=None)
known_keys: Dict[str, tuple] = {}

CREATE = """SELECT outcome, status, o_body FROM pay.create_payments(
    ARRAY[$1::uuid], ARRAY[$2::bigint], ARRAY[$3::boolean], ARRAY[$4::uuid], ARRAY[$5::text],
    ARRAY[$6::bytea], ARRAY[$1::uuid], ARRAY['POST /v1/payments'], ARRAY[$7::uuid],
    ARRAY[$8::uuid], ARRAY[$9::bigint], ARRAY[$10::text], ARRAY[$11::boolean], ARRAY[$12::text],
    ARRAY[$13::text], ARRAY[$14::text], ARRAY[$15::text], ARRAY[$16::text], ARRAY[$17::text],
    ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[$18::timestamptz],
    ARRAY[NULL::timestamptz], ARRAY['cancel'], ARRAY[false], ARRAY[NULL::text],
    ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::bigint],
    ARRAY[NULL::text], '24 hours')"""
GET = """SELECT o_version, o_body FROM pay.get_payments(ARRAY[$1::uuid], ARRAY[$2::bigint],
    ARRAY[$3::boolean], ARRAY[$1::uuid], ARRAY[0::bigint])"""
AUTHENTICATE = """SELECT public_id, livemode, scopes, revoked, expired
    FROM pay.authenticate(ARRAY[gen_random_uuid()], ARRAY[$1::bigint], ARRAY[$2::bytea])"""


class Method(BaseModel):
    token: constr(min_length=1, max_length=64, regex=r'^[A-Za-z0-9_]*$')


class Payment(BaseModel):
    amount: conint(strict=True, ge=1, le=999999999999)
    currency: constr(min_length=3, max_length=3)
    payment_method: Method
    capture_method: Literal['automatic', 'manual'] = 'automatic'
    customer: Optional[constr(max_length=64)] = None
    reference: Optional[constr(max_length=64, regex=r'^[A-Za-z0-9._:/-]*$')] = None
    description: Optional[constr(max_length=500)] = None
    metadata: Dict[str, constr(max_length=500)] = {}

    class Config:
        extra = 'forbid'


def uuid7() -> uuid.UUID:
    value = int(time.time() * 1000) << 80 | secrets.randbits(80)
    return uuid.UUID(int=value & ~(0xf << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)


def public(prefix: str, value: uuid.UUID) -> str:
    return prefix + ''.join(CROCKFORD[value.int >> shift & 31] for shift in range(125, -1, -5))


def number(text: str) -> uuid.UUID:
    value = 0
    for c in text:
        value = value << 5 | CROCKFORD.index(c)
    return uuid.UUID(int=value)


@app.on_event('startup')
async def start() -> None:
    pooler = bool(os.environ.get('PEER_POOLER'))
    app.state.pool = await asyncpg.create_pool(
        os.environ['PEER_DSN'], min_size=int(os.environ.get('PEER_POOL', 2)),
        max_size=int(os.environ.get('PEER_POOL', 2)),
        **({'statement_cache_size': 0} if pooler else {}))
    app.state.redis = redis.from_url(os.environ['PEER_REDIS'])


def problem(status: int, code: str) -> Response:
    return Response(json.dumps({'code': code, 'status': status}), status,
                    media_type='application/problem+json')


async def authenticate(authorization: Optional[str]):
    key = (authorization or '')[7:]
    known = known_keys.get(key)
    if known and known[0] > time.monotonic():
        return known[1]
    match = re.match(r'^[sr]k_(test|live)_([0-9A-HJKMNP-TV-Z]{13})([0-9A-HJKMNP-TV-Z]{52})$', key)
    if not match:
        return None
    merchant = 0
    for c in match.group(2):
        merchant = merchant << 5 | CROCKFORD.index(c)
    digest = hashlib.sha256(f'k_{match.group(1)}_{match.group(3)}'.encode()).digest()
    row = await app.state.pool.fetchrow(AUTHENTICATE, merchant, digest)
    if row is None or row['public_id'] is None or row['revoked'] or row['expired']:
        return None
    who = (merchant, row['livemode'], public('mer_', row['public_id']))
    known_keys[key] = (time.monotonic() + 1, who)
    return who


def stored(body: bytes, replayed: bool) -> Response:
    return Response(body, 201, media_type='application/json',
                    headers={'Idempotent-Replayed': 'true' if replayed else 'false'})


@app.post('/v1/payments')
async def create(payment: Payment, request: Request, authorization: Optional[str] = Header(None),
                 idempotency_key: Optional[str] = Header(None)) -> Response:
    who = await authenticate(authorization)
    if who is None:
        return problem(401, 'invalid_api_key')
    if not idempotency_key:
        return problem(400, 'idempotency_key_required')
    merchant, livemode, merchant_id = who
    # as RFC 8785 has it, near enough for bodies of strings and integers
    fingerprint = hashlib.sha256(json.dumps(await request.json(), sort_keys=True,
                                            separators=(',', ':')).encode()).digest()
    cached = f'peer:{merchant}:{livemode}:{idempotency_key}'
    found = await app.state.redis.get(cached)
    if found is not None:
        if found[:32] != fingerprint:
            return problem(422, 'idempotency_key_reused')
        return stored(found[32:], True)
    item, transfer, at = uuid7(), uuid7(), datetime.now(timezone.utc)
    capture = payment.capture_method == 'automatic'
    head = json.dumps({
        'id': public('pay_', item), 'object': 'payment', 'livemode': livemode,
        'merchant_id': merchant_id, 'amount': payment.amount, 'currency': payment.currency,
        'exponent': 2, 'capture_method': payment.capture_method,
        'payment_method': {'type': 'card', 'token': payment.payment_method.token,
                           'brand': 'visa', 'last4': '4242'},
        'customer': payment.customer, 'reference': payment.reference,
        'statement_descriptor': None, 'authorization_expires_at': None, 'expiry_action': 'cancel',
        'processor': {'name': 'simulator', 'reference': public('sim_', item)},
        'created_at': at.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}, separators=(',', ':'))[:-1]
    hashed = uuid.UUID(bytes=hashlib.sha256(
        f'{livemode}:{idempotency_key}'.encode()).digest()[:16])
    row = await app.state.pool.fetchrow(
        CREATE, item, merchant, livemode, hashed, idempotency_key, fingerprint, item, transfer,
        payment.amount, payment.currency, capture, payment.payment_method.token, head,
        json.dumps(payment.metadata, separators=(',', ':')), payment.customer, payment.reference,
        payment.description, at)
    if row['outcome'] in (2, 5):
        return problem(409, 'idempotency_key_in_use')
    if row['outcome'] == 3:
        return problem(422, 'idempotency_key_reused')
    body = row['o_body'].encode()
    await app.state.redis.set(cached, fingerprint + body, ex=int(timedelta(days=1).total_seconds()))
    return stored(body, row['outcome'] == 1)


@app.get('/v1/payments/{payment_id}')
async def get(payment_id: str, authorization: Optional[str] = Header(None)) -> Response:
    who = await authenticate(authorization)
    if who is None:
        return problem(401, 'invalid_api_key')
    row = await app.state.pool.fetchrow(GET, number(payment_id[4:]), who[0], who[1])
    if row is None or row['o_body'] is None:
        return problem(404, 'resource_not_found')
    return Response(row['o_body'], media_type='application/json',
                    headers={'ETag': f'"{row["o_version"]}"'})


@app.get('/livez')
async def livez() -> Response:
    return Response('{"status":"ok"}', media_type='application/json')
