"""Generated names that differ between regions.

MiniStack derives them from stack and resource alone. AWS draws them, and roles are global: two stacks of one name in
two regions would share them here.
"""

import hashlib

from ministack.services.cloudformation import provisioners

DRAWN = 13


def install():
    make = provisioners._physical_name

    def make_of_region(stack, logical_id, **options):
        name = make(stack, logical_id, **options)
        digest = hashlib.sha256(f"{provisioners.get_region()} {name}".encode()).hexdigest()[:DRAWN]
        return name[:-DRAWN] + (digest if options.get("lowercase") else digest.upper())

    provisioners._physical_name = make_of_region
