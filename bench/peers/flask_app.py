"""The usual way: Flask, SQLAlchemy's ORM, gunicorn with synchronous workers.

Tables of its own in schema "peer", as one would write them: the key, the payment,
two entries of the ledger and an event, in one transaction.  The API key is checked
against a table too.

Environment: PEER_DSN (postgresql+psycopg2://...), PEER_KEY (the one API key).
"""

import hashlib
import json
import os
import uuid
from datetime import datetime, timezone

from flask import Flask, Response, request
from sqlalchemy import (BigInteger, Column, DateTime, ForeignKey, Integer, LargeBinary, String, Text,
                        create_engine)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import declarative_base, scoped_session, sessionmaker

engine = create_engine(os.environ['PEER_DSN'], pool_size=1, max_overflow=0)
Session = scoped_session(sessionmaker(engine))
Base = declarative_base()
app = Flask(__name__)


class ApiKey(Base):
    __tablename__ = 'api_keys'
    __table_args__ = {'schema': 'peer'}
    key_hash = Column(LargeBinary, primary_key=True)
    merchant_id = Column(BigInteger, nullable=False)


class IdempotencyKey(Base):
    __tablename__ = 'idempotency_keys'
    __table_args__ = {'schema': 'peer'}
    merchant_id = Column(BigInteger, primary_key=True)
    key = Column(String(255), primary_key=True)
    fingerprint = Column(LargeBinary, nullable=False)
    body = Column(Text, nullable=False)


class Payment(Base):
    __tablename__ = 'payments'
    __table_args__ = {'schema': 'peer'}
    id = Column(String(40), primary_key=True)
    merchant_id = Column(BigInteger, nullable=False, index=True)
    amount = Column(BigInteger, nullable=False)
    currency = Column(String(3), nullable=False)
    status = Column(String(20), nullable=False)
    customer = Column(String(64), index=True)
    description = Column(String(500))
    attributes = Column(Text, nullable=False)
    created_at = Column(DateTime(timezone=True), nullable=False)


class LedgerEntry(Base):
    __tablename__ = 'ledger_entries'
    __table_args__ = {'schema': 'peer'}
    id = Column(Integer, primary_key=True)
    payment_id = Column(String(40), ForeignKey('peer.payments.id'), nullable=False)
    account = Column(String(32), nullable=False)
    amount = Column(BigInteger, nullable=False)


class Event(Base):
    __tablename__ = 'events'
    __table_args__ = {'schema': 'peer'}
    id = Column(Integer, primary_key=True)
    payment_id = Column(String(40), ForeignKey('peer.payments.id'), nullable=False)
    type = Column(String(32), nullable=False)
    body = Column(Text, nullable=False)


def prepare():
    with engine.begin() as connection:
        connection.exec_driver_sql('DROP SCHEMA IF EXISTS peer CASCADE')
        connection.exec_driver_sql('CREATE SCHEMA peer')
    Base.metadata.create_all(engine)
    session = Session()
    session.add(ApiKey(key_hash=hashlib.sha256(os.environ['PEER_KEY'].encode()).digest(),
                       merchant_id=1))
    session.commit()


def problem(status, code):
    return Response(json.dumps({'code': code, 'status': status}), status,
                    mimetype='application/problem+json')


@app.teardown_appcontext
def end(_):
    Session.remove()


@app.route('/livez')
def livez():
    return Response('{"status":"ok"}', mimetype='application/json')


@app.route('/v1/payments', methods=['POST'])
def create():
    session = Session()
    who = session.get(ApiKey, hashlib.sha256(
        request.headers.get('Authorization', '')[7:].encode()).digest())
    if who is None:
        return problem(401, 'invalid_api_key')
    wanted = request.get_json()
    key = request.headers.get('Idempotency-Key')
    if not key or not isinstance(wanted.get('amount'), int) or wanted['amount'] < 1:
        return problem(422, 'validation_failed')
    fingerprint = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).digest()
    known = session.get(IdempotencyKey, (who.merchant_id, key))
    if known is not None:
        if known.fingerprint != fingerprint:
            return problem(422, 'idempotency_key_reused')
        return Response(known.body, 201, mimetype='application/json',
                        headers={'Idempotent-Replayed': 'true'})
    payment = Payment(id='pay_' + uuid.uuid4().hex[:26].upper(), merchant_id=who.merchant_id,
                      amount=wanted['amount'], currency=wanted['currency'], status='captured',
                      customer=wanted.get('customer'), description=wanted.get('description'),
                      attributes=json.dumps(wanted.get('metadata', {})),
                      created_at=datetime.now(timezone.utc))
    body = json.dumps({'id': payment.id, 'object': 'payment', 'amount': payment.amount,
                       'currency': payment.currency, 'status': payment.status,
                       'customer': payment.customer, 'description': payment.description,
                       'metadata': wanted.get('metadata', {}),
                       'created_at': payment.created_at.isoformat()}, separators=(',', ':'))
    try:
        session.add(payment)
        session.flush()
        session.add_all([
            LedgerEntry(payment_id=payment.id, account='receivable', amount=payment.amount),
            LedgerEntry(payment_id=payment.id, account='pending', amount=-payment.amount),
            Event(payment_id=payment.id, type='payment.captured', body=body),
            IdempotencyKey(merchant_id=who.merchant_id, key=key, fingerprint=fingerprint, body=body)])
        session.commit()
    except IntegrityError:
        session.rollback()
        return problem(409, 'idempotency_key_in_use')
    return Response(body, 201, mimetype='application/json',
                    headers={'Idempotent-Replayed': 'false'})
