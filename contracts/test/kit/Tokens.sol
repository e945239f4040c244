// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev A well-behaved currency that anybody may mint.
contract PlainToken is ERC20 {
    constructor() ERC20("Plain", "PLAIN") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @dev Keeps a hundredth of every transfer.
contract FeeToken is PlainToken {
    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) ? 0 : value / 100;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, address(0xFEE), fee);
    }
}

/// @dev Moves nothing and says false instead of reverting.
contract FalseToken is PlainToken {
    bool public isBroken;

    function setBroken(bool broken) external {
        isBroken = broken;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return isBroken ? false : super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return isBroken ? false : super.transferFrom(from, to, value);
    }
}

/// @dev Says true and moves nothing.
contract LyingToken is PlainToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @dev Calls somebody in the middle of a transfer, once, and keeps what came of it.
contract ReentrantToken is PlainToken {
    address public target;
    bytes public data;
    bool public hasEntered;
    bytes public reason;

    function arm(address newTarget, bytes calldata newData) external {
        target = newTarget;
        data = newData;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target == address(0)) return;
        address once = target;
        target = address(0);
        (hasEntered, reason) = once.call(data);
    }
}
