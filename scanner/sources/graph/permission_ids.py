"""The ids of Graph permissions, which a manifest names instead of their names.

From the public list of permissions behind https://learn.microsoft.com/graph/permissions-reference
(microsoftgraph/microsoft-graph-devx-content, permissions/new/provisioningInfo.json), August 2026.
"""

from __future__ import annotations

from typing import NamedTuple

GRAPH = "00000003-0000-0000-c000-000000000000"


class PermissionIds(NamedTuple):
    """The id as an application role and as a delegated scope; empty where there is none."""

    application: str
    delegated: str


PERMISSION_IDS: dict[str, PermissionIds] = {
    "Agreement.Read.All": PermissionIds(
        "2f3e6f8c-093b-4c57-a58b-ba5ce494a169", "af2819c9-df71-4dd3-ade7-4d7c9dc653b7"
    ),
    "Application.Read.All": PermissionIds(
        "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "c79f8feb-a9db-4090-85f9-90d820caa0eb"
    ),
    "AuditLog.Read.All": PermissionIds(
        "b0afded3-3588-46d8-8b3d-9842eff778da", "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20"
    ),
    "Device.Read.All": PermissionIds(
        "7438b122-aefc-4978-80ed-43db9fcc7715", "951183d1-1a61-466f-a6d1-1fde911bfd95"
    ),
    "DeviceManagementApps.Read.All": PermissionIds(
        "7a6ee1e7-141e-4cec-ae74-d9db155731ff", "4edf5f54-4666-44af-9de9-0144fb4b6e8c"
    ),
    "DeviceManagementConfiguration.Read.All": PermissionIds(
        "dc377aa6-52d8-4e23-b271-2a7ae04cedf3", "f1493658-876a-4c87-8fa7-edb559b3476a"
    ),
    "DeviceManagementManagedDevices.Read.All": PermissionIds(
        "2f51be20-0bb4-4fed-bf7b-db946066c75e", "314874da-47d6-4978-88dc-cf0d37f0bb82"
    ),
    "DeviceManagementRBAC.Read.All": PermissionIds(
        "58ca0d9a-1575-47e1-a3cb-007ef2e4583b", "49f0cc30-024c-4dfd-ab3e-82e137ee5431"
    ),
    "DeviceManagementServiceConfig.Read.All": PermissionIds(
        "06a5fe6d-c49d-46a7-b082-56b1b14103c7", "8696daa5-bce5-4b2e-83f9-51b6defc4e1e"
    ),
    "DirectoryRecommendations.Read.All": PermissionIds(
        "ae73097b-cb2a-4447-b064-5d80f6093921", "34d3bd24-f6a6-468c-b67c-0c365c1d6410"
    ),
    "Domain-InternalFederation.Read.All": PermissionIds(
        "c0e5a7b0-e8b7-40a7-b8e0-8249e6ea81d5", "33203a2a-a761-40f0-8a7c-a7e74a9f8ac6"
    ),
    "Domain.Read.All": PermissionIds(
        "dbb9058a-0e50-45d7-ae91-66909b5d4664", "2f9ee017-59c1-4f1d-9472-bd5529a7b311"
    ),
    "Group.Read.All": PermissionIds(
        "5b567255-7703-4780-807c-7be8301ae99b", "5f8c59db-677d-491f-a6b8-5f174b11ec1d"
    ),
    "GroupMember.Read.All": PermissionIds(
        "98830695-27a2-44f7-8c18-0c3ebc9698f6", "bc024368-1153-4739-b217-4326f2e966d0"
    ),
    "InformationProtectionPolicy.Read": PermissionIds("", "4ad84827-5578-4e18-ad7a-86530b12f884"),
    "InformationProtectionPolicy.Read.All": PermissionIds(
        "19da66cb-0fb0-4390-b071-ebc76a349482", ""
    ),
    "LicenseAssignment.Read.All": PermissionIds(
        "e2f98668-2877-4f38-a2f4-8202e0717aa1", "f395577a-0960-456b-979f-7228de0c5996"
    ),
    "OnPremDirectorySynchronization.Read.All": PermissionIds(
        "bb70e231-92dc-4729-aff5-697b3f04be95", "f6609722-4100-44eb-b747-e6ca0536989d"
    ),
    "OrgContact.Read.All": PermissionIds(
        "e1a88a34-94c4-4418-be12-c87b00e26bea", "08432d1b-5911-483c-86df-7980af5cdee0"
    ),
    "Organization.Read.All": PermissionIds(
        "498476ce-e0fe-48b0-b801-37ba7e2685c6", "4908d5b9-3fb2-4b1e-9336-1888b7937185"
    ),
    "Policy.Read.All": PermissionIds(
        "246dd0d5-5bd0-4def-940b-0421030a5b68", "572fea84-0151-49b2-9301-11cb16974376"
    ),
    "Policy.Read.DeviceConfiguration": PermissionIds(
        "bdba4817-6ba1-4a7c-8a01-be9bc7c242dd", "3616a4b0-6746-49c4-a678-4c237599074d"
    ),
    "RoleEligibilitySchedule.Read.Directory": PermissionIds(
        "ff278e11-4a33-4d0c-83d2-d01dc58929a5", "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d"
    ),
    "RoleManagement.Read.Directory": PermissionIds(
        "483bed4a-2ad3-4361-a73b-c83ccdbdc53c", "741c54c3-0c1e-44a1-818b-3f97ab4e8c83"
    ),
    "SecurityIdentitiesHealth.Read.All": PermissionIds(
        "f8dcd971-5d83-4e1e-aa95-ef44611ad351", "a0d0da43-a6df-4416-b63d-99c79991aae8"
    ),
    "SecurityIdentitiesSensors.Read.All": PermissionIds(
        "5f0ffea2-f474-4cf2-9834-61cda2bcea5c", "2c221239-7c5c-4b30-9355-d84663bfcd96"
    ),
    "ServiceHealth.Read.All": PermissionIds(
        "79c261e0-fe76-4144-aad5-bdc68fbe4037", "55896846-df78-47a7-aa94-8d3d4442ca7f"
    ),
    "ServiceMessage.Read.All": PermissionIds(
        "1b620472-6534-4fe6-9df2-4680e8aa28ec", "eda39fa6-f8cf-4c3c-a909-432c683e4c9b"
    ),
    "User.Read": PermissionIds("", "e1fe6dd8-ba31-4d61-89e7-88639da4683d"),
    "User.Read.All": PermissionIds(
        "df021288-bdef-4463-88db-98f22de89214", "a154be20-db9c-4678-8ab7-66f6cc099a59"
    ),
}


def id_of(name: str, *, delegated: bool) -> str:
    """The id of a permission in that mode of signing in; empty where none is published."""
    ids = PERMISSION_IDS.get(name, PermissionIds("", ""))
    return ids.delegated if delegated else ids.application
