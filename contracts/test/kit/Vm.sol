// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What of forge's cheat codes the tests use; see the book of Foundry for each.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 time) external;
    function prank(address caller) external;
    function startPrank(address caller) external;
    function stopPrank() external;
    function assume(bool condition) external pure;
    function getCode(string calldata path) external view returns (bytes memory);
    function etch(address account, bytes calldata code) external;
    function deal(address account, uint256 balance) external;
    function chainId(uint256 id) external;
    function label(address account, string calldata name) external;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata reason) external;
    function expectEmit() external;
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool done);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function lastCallGas()
        external
        view
        returns (
            uint64 gasLimit,
            uint64 gasTotalUsed,
            uint64 gasMemoryUsed,
            int64 gasRefunded,
            uint64 gasRemaining
        );

    function assertEq(uint256 a, uint256 b) external pure;
    function assertEq(uint256 a, uint256 b, string calldata what) external pure;
    function assertEq(int256 a, int256 b) external pure;
    function assertEq(address a, address b) external pure;
    function assertEq(bytes32 a, bytes32 b) external pure;
    function assertEq(bool a, bool b) external pure;
    function assertEq(bool a, bool b, string calldata what) external pure;
    function assertEq(string calldata a, string calldata b) external pure;
    function assertEq(bytes calldata a, bytes calldata b) external pure;
    function assertNotEq(uint256 a, uint256 b) external pure;
    function assertNotEq(address a, address b) external pure;
    function assertTrue(bool condition) external pure;
    function assertTrue(bool condition, string calldata what) external pure;
    function assertFalse(bool condition) external pure;
    function assertFalse(bool condition, string calldata what) external pure;
    function assertLe(uint256 a, uint256 b) external pure;
    function assertLe(uint256 a, uint256 b, string calldata what) external pure;
    function assertGt(uint256 a, uint256 b) external pure;
    function assertLt(uint256 a, uint256 b) external pure;

    function projectRoot() external view returns (string memory);
    function readFile(string calldata path) external view returns (string memory);
    function readLine(string calldata path) external view returns (string memory);
    function exists(string calldata path) external returns (bool);
    function writeFile(string calldata path, string calldata text) external;
    function writeJson(string calldata json, string calldata path) external;
    function parseJsonUint(string calldata json, string calldata key)
        external
        pure
        returns (uint256);
    function parseJsonUintArray(string calldata json, string calldata key)
        external
        pure
        returns (uint256[] memory);
    function parseJsonBool(string calldata json, string calldata key) external pure returns (bool);
    function parseJsonString(string calldata json, string calldata key)
        external
        pure
        returns (string memory);
    function parseJsonAddress(string calldata json, string calldata key)
        external
        pure
        returns (address);
    function parseJsonBytes32(string calldata json, string calldata key)
        external
        pure
        returns (bytes32);
    function parseJsonBytes(string calldata json, string calldata key)
        external
        pure
        returns (bytes memory);
    function parseJson(string calldata json, string calldata key)
        external
        pure
        returns (bytes memory);
    function serializeUint(string calldata object, string calldata key, uint256 value)
        external
        returns (string memory);
    function serializeAddress(string calldata object, string calldata key, address value)
        external
        returns (string memory);
    function serializeBytes32(string calldata object, string calldata key, bytes32 value)
        external
        returns (string memory);
    function serializeBytes(string calldata object, string calldata key, bytes calldata value)
        external
        returns (string memory);
    function serializeString(string calldata object, string calldata key, string calldata value)
        external
        returns (string memory);
    function serializeString(string calldata object, string calldata key, string[] calldata value)
        external
        returns (string memory);
    function toString(uint256 value) external pure returns (string memory);

    function envAddress(string calldata name) external view returns (address);
    function envUint(string calldata name) external view returns (uint256);
    function envOr(string calldata name, uint256 fallback_) external view returns (uint256);
    function envOr(string calldata name, address fallback_) external view returns (address);
    function envOr(string calldata name, string calldata fallback_)
        external
        view
        returns (string memory);
    function envOr(string calldata name, string calldata delimiter, address[] calldata fallback_)
        external
        view
        returns (address[] memory);
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// @dev Where forge keeps them.
Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
