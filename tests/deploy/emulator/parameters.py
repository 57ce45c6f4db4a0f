"""The stack's parameters, given to SAM's transform.

MiniStack gives it none. AWS gives it the values of the deployment, and SAM puts them where it needs them itself:
serverless-application-model, "Parameters are resolved before the transform".
"""

import samtranslator.translator.transform as sam
from ministack.services.cloudformation import changesets, engine, handlers


def install():
    values = {}
    apply, transform = engine._apply_transforms, sam.transform

    def apply_with_parameters(template, provided_params=None, previous_params=None):
        values.clear()
        values.update(engine._transform_parameters(template, provided_params, previous_params))
        return apply(template, provided_params, previous_params)

    sam.transform = lambda template, _, *rest: transform(template, dict(values), *rest)
    for module in (changesets, engine, handlers):
        module._apply_transforms = apply_with_parameters
