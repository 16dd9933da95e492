"""Several hosts that fit one picture: the list of them, and the messages between them.

Every host trains cells of its own and sends the finished ones to the chief, which alone
writes. Plain sockets do that: one message for each finished group, in no fixed order. No
message is encrypted or signed, so the network between the hosts must be a trusted one.

Imports: the root, `system`.
"""
