"""Names of fields that tell of a person or open a door."""

from __future__ import annotations

TELLING_NAMES = frozenset(
    (
        # secrets
        "password",
        "passwd",
        "secret",
        "token",
        "apikey",
        "authorization",
        "credential",
        "pin",
        "cvv",
        "cvc",
        # accounts
        "iban",
        "bic",
        "account",
        "accountnumber",
        "card",
        "cardnumber",
        "customerid",
        "customernumber",
        "userid",
        # people
        "ssn",
        "socialsecuritynumber",
        "taxid",
        "vatid",
        "passport",
        "idnumber",
        "phone",
        "phonenumber",
        "mobile",
        "fax",
        "age",
        "birthday",
        "birthdate",
        "dateofbirth",
        "dob",
        "salary",
        "income",
        # places
        "latitude",
        "longitude",
        "lat",
        "lon",
        "lng",
        "zip",
        "zipcode",
        "postcode",
        "postalcode",
        "ip",
        "ipaddress",
    )
)
"""Names under which numbers are replaced, too; spelt in any case, with or without `_` and `-`."""
